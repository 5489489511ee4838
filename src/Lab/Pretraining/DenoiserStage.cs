using Diptych.Common.Diffusion;
using Diptych.Common.Layers;
using Diptych.Common.Runtime;
using Diptych.Common.Text;
using Diptych.Common.Unet;
using Diptych.Common.Weights;
using static TorchSharp.torch;

namespace Diptych.Lab.Pretraining;

/// <summary>
/// The denoiser: v-prediction at timesteps drawn evenly, on cached latents, under the frozen text encoder; one caption in ten is empty (Ho and Salimans 2022),
/// three in ten hold a coined word (<see cref="CoinedWords"/>).
/// </summary>
internal static class DenoiserStage
{
    public const string Name = "denoiser";

    private const string WeightsFile = "diffusion_pytorch_model.safetensors";

    private const double EmptyShare = .1;
    private const double CoinedShare = .3;
    private const double ReadingWeight = .5;

    // Below it a denoiser does not read what is said to it: another picture's words do it no harm.
    private const double LeastRelativeLoss = 1.1;

    // A subject that fills a fiftieth of its picture is with this a fifth of what its picture teaches.
    private const double LargestWeight = 12;

    /// <summary>Where a laboratory has the denoiser's weights.</summary>
    public static string WeightsOf(LabModel lab) => Path.Combine(lab.Model, "unet", WeightsFile);

    public static IReadOnlyList<Gate> Run(
        StageContext context, Tensor moments, Tensor shares, CaptionData captions, CoinedCaptions coinedCaptions, CoinedWords words, AttributeTargets targets, LabModel release)
    {
        var plan = context.Options.Denoiser;
        var tokenizer = ClipTokenizer.Load(release.Tokenizer);
        using var text = ClipTextModel.Load(Path.Combine(release.Model, "text_encoder"));
        text.MoveTo(context.Device);
        foreach (var parameter in text.parameters())
        {
            parameter.requires_grad = false;
        }

        random.manual_seed(context.StepSeed(Name, -1));
        var config = LabConfigs.Denoiser(context.Options.Shapes);
        using var unet = Begin(context.Options, config);
        using var reading = new MiddleReading(unet);
        reading.MoveTo(context.Device);
        using var schedule = new NoiseSchedule(SchedulerConfig.Load(Path.Combine(release.Model, "scheduler", "scheduler_config.json")));
        using var alphas = schedule.AlphasCumprod.to(context.Device).alias();
        using var empty = tokenizer.EncodeBatch([""]).to(context.Device);

        // Everything random of a batch, and its text. As many of the captions as asked for are the coined ones.
        Tensor[] Draw(Tensor ids, CoinedCaptions.Prompts coined, double coinedShare, Tensor rows)
        {
            using var noGradient = no_grad();
            using var autocast = Autocast.For(context.Device, context.Precision);
            var (latents, count) = (LatentStage.Draw(moments, rows), rows.size(0));
            var kind = rand(count, 1, device: context.Device);
            var isCoined = kind.gt(1 - coinedShare);
            var shown = where(kind.lt(EmptyShare), empty, where(isCoined, coined.Ids, ids));
            var places = coined.Places * isCoined.to_type(ScalarType.Float32);
            var said = words.Place(text.TokenEmbeddings(shown), places, words.Say(coined.Appearances), words.Noise(count, context.Device));
            var timesteps = randint(0, schedule.TrainTimesteps, [count], dtype: ScalarType.Int64, device: context.Device);
            return [text.Encode(said, shown).LastHiddenState, timesteps, latents, randn_like(latents), SubjectWeights.Of(shares.index_select(0, rows).to_type(ScalarType.Float32), LargestWeight)];
        }

        Tensor Loss(Tensor[] batch)
        {
            using var scope = NewDisposeScope();
            var draw = DiffusionDraw.Create(batch[2], batch[3], batch[1], schedule);
            // A velocity sqrt(a) eps - sqrt(1 - a) x has less variance where there is more of x in it, for latents have less than noise. Divided by that,
            // what is decided in the dark counts as much as what is seen (unit variance of the target: Karras et al. 2022, section 5).
            var kept = alphas.index_select(0, draw.Timesteps);
            var variance = kept + ((1 - kept) * AutoencoderStage.LatentScale * AutoencoderStage.LatentScale);
            var error = unet.forward(draw.Noised, draw.Timesteps, new(batch[0])).to_type(ScalarType.Float32) - draw.Target;
            return (error.square() * batch[4] / variance.reshape(-1, 1, 1, 1)).mean().MoveToOuterDisposeScope();
        }

        new StageRunner(Name, plan, context).Run(
            reading,
            step =>
            {
                var rows = context.Rows(moments.shape[0], plan.BatchSize);
                // It shows the way at first; what the network draws with in the end is the denoising loss's affair alone.
                var guided = full(plan.BatchSize, ReadingWeight * Math.Clamp(2 - (2.5 * step / plan.Steps), 0, 1), dtype: ScalarType.Float32, device: context.Device);
                return [.. Draw(captions.Draw(rows), coinedCaptions.Draw(rows), CoinedShare, rows), guided, rows];
            },
            batch => Loss(batch) + (batch[^2].mean() * reading.Loss(targets, batch[^1])),
            halfWeights: true);

        ReleaseFiles.Write(Path.Combine(release.Model, "unet"), unet, config, WeightsFile);
        AtomicFile.WriteText(Path.Combine(release.Model, "model_index.json"), LabConfigs.ModelIndex());
        return
        [
            .. Reads(context, moments.size(0), "captions", (rows, strangers) =>
            {
                var (ids, coined) = (captions.Draw(rows), coinedCaptions.Draw(rows));
                return Loss(Draw(strangers ? ids.roll(1, 0) : ids, coined, 0, rows));
            }),
            .. Reads(context, moments.size(0), "coined words", (rows, strangers) =>
            {
                var (ids, coined) = (captions.Draw(rows), coinedCaptions.Draw(rows));
                return Loss(Draw(ids, strangers ? coined with { Appearances = coined.Appearances.roll(1, 0) } : coined, 1 - EmptyShare, rows));
            }),
        ];
    }

    private static UNet2DConditionModel Begin(PretrainingOptions options, string config)
    {
        var unet = LabConfigs.BuildDenoiser(config);
        if (options.From is { } before)
        {
            ReleaseFiles.Read(WeightsOf(before), unet);
        }

        return unet;
    }

    // What the words are worth: the loss with what is said of each picture, and with what is said of its neighbour, under the same noise.
    private static IEnumerable<Gate> Reads(StageContext context, long pictures, string what, Func<Tensor, bool, Tensor> loss)
    {
        using var noGradient = no_grad();
        double own = 0, strangers = 0;
        const int Batches = 8;
        for (var batch = 0; batch < Batches; batch++)
        {
            using var scope = NewDisposeScope();
            random.manual_seed(context.StepSeed(Name + " words", batch));
            var rows = context.Rows(pictures, Math.Min(64, pictures));
            random.manual_seed(batch);
            own += loss(rows, false).item<float>() / Batches;
            random.manual_seed(batch);
            strangers += loss(rows, true).item<float>() / Batches;
        }

        yield return new($"loss, {what}", own);
        yield return new($"loss under other pictures' {what}, relative to it", strangers / own, LeastRelativeLoss);
    }
}
