using Diptych.Common.Pipelines;
using Diptych.Common.Runtime;
using Diptych.Common.Text;
using Diptych.Common.Training;
using static TorchSharp.torch;

namespace Diptych.DreamBooth;

/// <summary>
/// Builds the batch of a pass: the subject's photos with the instance prompt and, with prior preservation, as many class images with the class prompt behind them.
/// </summary>
internal sealed class DreamBoothBatches : IDisposable
{
    private readonly StableDiffusion _sd;
    private readonly PhotoLatents _photos;
    private readonly PhotoLatents? _classImages;
    private readonly DreamBoothOptions _options;
    private readonly PromptTokens _instance;
    private readonly PromptTokens? _class;
    private PromptTokens? _prompts;

    public DreamBoothBatches(StableDiffusion sd, PhotoLatents photos, PhotoLatents? classImages, DreamBoothOptions options)
    {
        (_sd, _photos, _classImages, _options) = (sd, photos, classImages, options);
        _instance = sd.Tokenize([options.InstancePrompt]).Map(ids => ids.DetachFromDisposeScope());
        _class = classImages is null ? null : sd.Tokenize([options.ClassPrompt!]).Map(ids => ids.DetachFromDisposeScope());
    }

    /// <summary>As the reference: the longer of the two sets, the shorter one repeated.</summary>
    public int DatasetLength => Math.Max(_photos.Count, _classImages?.Count ?? 0);

    public TrainingBatch Build(MicroBatch pass)
    {
        var own = Half(pass, _photos, _instance, RandomPurpose.Order, firstSample: 0);
        if (_classImages is null)
        {
            return own with { Tokens = Prompts(pass.Count) };
        }

        var prior = Half(pass, _classImages, _class!, RandomPurpose.ClassOrder, NoiseDraws.ClassSamples);
        // The reference tells class images the subject's sizes; their own are those they were drawn with, to which the network is to be held.
        var priorSizes = _options.Training.Parity ? own.TimeIds : prior.TimeIds;
        return new TrainingBatch(
            cat([own.Latents, prior.Latents]),
            cat([own.Noise, prior.Noise]),
            cat([own.Timesteps, prior.Timesteps]),
            Prompts(pass.Count),
            own.TimeIds is null ? null : cat([own.TimeIds, priorSizes!]));
    }

    public void Dispose()
    {
        _prompts?.Dispose();
        _instance.Dispose();
        _class?.Dispose();
    }

    // Every step has the same prompts, and says so by handing out the same object.
    private PromptTokens Prompts(int count)
    {
        var each = _class is null ? count : 2 * count;
        if (_prompts?.Count != each)
        {
            using var scope = NewDisposeScope();
            var rows = _instance.Repeat(count);
            _prompts?.Dispose();
            _prompts = (_class is null ? rows.Map(ids => ids.contiguous()) : PromptTokens.Concat(rows, _class.Repeat(count))).Map(ids => ids.DetachFromDisposeScope());
        }

        return _prompts;
    }

    // With one row of prompts, for the whole batch's to be made of.
    private TrainingBatch Half(MicroBatch pass, PhotoLatents images, PromptTokens prompt, RandomPurpose order, int firstSample)
    {
        var seed = _options.Training.Seed;
        var drawn = images.Draw(order, pass, repeats: 1, firstSample);
        return new TrainingBatch(
            drawn.Latents,
            Noise(pass, firstSample, drawn.Latents.shape[1..]).SentTo(_sd.Device),
            NoiseDraws.Timesteps(seed, pass, firstSample, pass.Count, _sd.Schedule.TrainTimesteps).SentTo(_sd.Device),
            prompt,
            _sd.TimeIds(drawn.Sizes));
    }

    private Tensor Noise(MicroBatch pass, int firstSample, long[] shape)
    {
        const double offsetShare = 0.1;
        Tensor Draw(RandomPurpose purpose, params long[] of) => NoiseDraws.Normal(_options.Training.Seed, purpose, pass, firstSample, pass.Count, of);
        var noise = Draw(RandomPurpose.Noise, shape);
        return _options.OffsetNoise ? noise.add_(offsetShare * Draw(RandomPurpose.OffsetNoise, shape[0], 1, 1)) : noise;
    }
}
