using Diptych.Common.Cuda;
using Diptych.Common.Diffusion;
using Diptych.Common.Layers;
using Diptych.Common.Products;
using Diptych.Common.Runtime;
using Diptych.Common.Text;
using Diptych.Common.Transformers;
using Diptych.Common.Unet;
using Diptych.Common.Vae;
using Diptych.Common.Weights;
using static TorchSharp.torch;

namespace Diptych.Common.Pipelines;

/// <summary>
/// Stable Diffusion 1, 2 or XL as one thing that can be loaded, taught a word, prompted and saved (Rombach et al., "High-resolution image
/// synthesis with latent diffusion models", 2022; Podell et al., "SDXL", 2023). What a family adds is in its components, not here.
/// </summary>
public sealed class StableDiffusion : IDisposable
{
    private StableDiffusion(ModelSource source, TextConditioner text, AutoencoderKL vae, UNet2DConditionModel unet, SchedulerConfig scheduler, Device device)
    {
        Source = source;
        Text = text;
        Vae = vae;
        UNet = unet;
        Scheduler = scheduler;
        Schedule = new NoiseSchedule(scheduler);
        Device = device;
    }

    /// <summary>The folder or file it came from.</summary>
    public ModelSource Source { get; }

    /// <summary>Tokenizers and text encoders.</summary>
    public TextConditioner Text { get; }

    /// <summary>The tokenizer, the first where there are two.</summary>
    public ClipTokenizer Tokenizer => Text.Encoders[0].Tokenizer;

    /// <summary>The text encoder, the first where there are two.</summary>
    public ClipTextEncoder TextEncoder => Text.Encoders[0].Model;

    /// <summary>The picture autoencoder.</summary>
    public AutoencoderKL Vae { get; }

    /// <summary>The denoising network.</summary>
    public UNet2DConditionModel UNet { get; }

    /// <summary>The scheduler's settings.</summary>
    public SchedulerConfig Scheduler { get; }

    /// <summary>The noise schedule those settings describe.</summary>
    public NoiseSchedule Schedule { get; }

    /// <summary>The device the networks are on.</summary>
    public Device Device { get; }

    /// <summary>Width and height, in pixels, of the pictures the model was trained on.</summary>
    public int PictureSize => UNet.Config.SampleSize * Vae.Config.DownscaleFactor;

    /// <summary>Loads a model, frozen: no weight asks for a gradient.</summary>
    /// <param name="path">A folder in diffusers' layout, or a single-file checkpoint.</param>
    /// <param name="device">Where the networks run. Default the CPU.</param>
    /// <param name="dtype">Type the weights are kept in: fp32, fp16 or bf16. Default fp32. Pictures and latents stay fp32.</param>
    /// <param name="options">What the files leave open.</param>
    /// <exception cref="DiptychException">A file is missing, damaged, or does not fit the others; the message names it.</exception>
    public static StableDiffusion Load(string path, Device? device = null, ScalarType? dtype = null, ModelOptions? options = null)
    {
        TorchRuntime.Load();
        var source = ModelSource.Open(path, options);
        var placement = new WeightPlacement(device ?? CPU, dtype ?? ScalarType.Float32);
        // Vocabularies are read while the networks are: they make no tensors.
        var tokenizers = source.Tokenizers.Select(name => Task.Run(() => source.Tokenizer(name))).ToArray();
        var unet = UNet2DConditionModel.Load(source.Network("unet"), placement with { Dtype = options?.UNetDtype ?? placement.Dtype });
        var vae = LoadVae(source.Network("vae"), placement);
        var text = TextConditioner.Load(source, placement, [.. tokenizers.Select(t => t.GetAwaiter().GetResult())]);
        var pipeline = new StableDiffusion(source, text, vae, unet, source.Scheduler(), placement.Device);
        FittingParts.Require(pipeline);
        foreach (var module in (nn.Module[])[.. pipeline.Text.Encoders.Select(e => e.Model), pipeline.Vae, pipeline.UNet])
        {
            module.SetLearning(false);
            module.eval();
        }

        if ((options?.UNetDtype ?? placement.Dtype) == ScalarType.BFloat16)
        {
            if (pipeline.Device.type == TorchSharp.DeviceType.CPU)
            {
                unet.LayChannelsLast(deepOnly: true);
            }
            else if (Gpu.Levers.HasFlag(GpuLevers.ChannelsLast | GpuLevers.Kernels) && CudaKernels.Prepare(pipeline.Device))
            {
                // Without kernels of ours, which take bf16, every normalisation would copy pictures into the other order and back.
                unet.LayChannelsLast();
            }
        }

        return pipeline;
    }

    /// <summary>Teaches the pipeline a word: adds the token and keeps copies of its rows, [k, D] for each text encoder's D.</summary>
    /// <exception cref="DiptychException">The token is taken, or the rows are of another model.</exception>
    public PlaceholderToken AddConcept(string token, params IReadOnlyList<Tensor> rows) => Text.AddConcept(token, rows);

    /// <summary>Prompts as token ids on the model's device.</summary>
    /// <exception cref="DiptychException">A prompt is too long to keep its placeholder.</exception>
    public PromptTokens Tokenize(IReadOnlyList<string> prompts) => Text.Tokenize(prompts);

    /// <summary>What the UNet reads of each prompt, without sizes.</summary>
    /// <exception cref="DiptychException">A prompt is too long to keep its placeholder.</exception>
    public PromptConditioning EncodePrompts(IReadOnlyList<string> prompts)
    {
        using var tokens = Tokenize(prompts);
        return Text.Encode(tokens);
    }

    /// <summary>Pictures' sizes as the UNet is told them, [n, 6] fp32; <see langword="null"/> where the model is told none.</summary>
    public Tensor? TimeIds(IReadOnlyList<SizeConditioning> sizes)
    {
        using var scope = NewDisposeScope();
        return UNet.Config.Added is null ? null : SizeConditioning.Rows(sizes).to(Device).MoveToOuterDisposeScope();
    }

    /// <summary>The standard normal latents of one picture, [C, h, w]: the same for a seed in every arm, whatever else is drawn beside it.</summary>
    public Tensor InitialLatents(long seed, long picture, GenerationOptions? options = null)
    {
        var (height, width) = LatentSize(options ?? new GenerationOptions());
        return new RandomStream(seed, RandomPurpose.InitialLatents, picture).Normal(UNet.Config.InChannels, height, width);
    }

    /// <summary>Draws one picture for each prompt; picture i starts from <c>InitialLatents(seed, firstPicture + i)</c>.</summary>
    /// <param name="prompts">The prompts.</param>
    /// <param name="seed">Names the initial latents.</param>
    /// <param name="options">Steps, guidance, sampler, size.</param>
    /// <param name="firstPicture">Number of the first picture.</param>
    /// <param name="progress">Told after each step of each batch: steps done and steps in all, over all pictures.</param>
    /// <param name="start">A picture to start from, noised with the initial latents; null starts from these alone.</param>
    /// <param name="cancellation">Stops between two steps.</param>
    /// <exception cref="OperationCanceledException">It was stopped; nothing of what was drawn is left.</exception>
    /// <returns>Pictures in [-1, 1], [n, 3, H, W] fp32 on the CPU.</returns>
    public Tensor Generate(
        IReadOnlyList<string> prompts, long seed, GenerationOptions options, long firstPicture = 0, Action<int, int>? progress = null, PictureStart? start = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(prompts);
        using var scope = NewDisposeScope();
        var initial = stack(prompts.Select((_, i) => InitialLatents(seed, firstPicture + i, options)).ToArray());
        return Generate(prompts, initial, options, seed, firstPicture, progress, start, cancellation).MoveToOuterDisposeScope();
    }

    /// <summary>Draws one picture for each prompt from given initial latents, [n, C, h, w].</summary>
    /// <param name="prompts">The prompts.</param>
    /// <param name="initialLatents">Standard normal latents, one for each prompt.</param>
    /// <param name="options">Steps, guidance, sampler, size.</param>
    /// <param name="samplerSeed">Names the noise a stochastic sampler adds between steps, with the picture's number.</param>
    /// <param name="firstPicture">Number of the first picture: one who draws in several calls gives each its place, or pictures of two calls share that noise.</param>
    /// <param name="progress">Told after each step of each batch: steps done and steps in all, over all pictures.</param>
    /// <param name="start">A picture to start from, noised with the initial latents; null starts from these alone.</param>
    /// <param name="cancellation">Stops between two steps.</param>
    /// <returns>Pictures in [-1, 1], [n, 3, H, W] fp32 on the CPU.</returns>
    /// <exception cref="OperationCanceledException">It was stopped; nothing of what was drawn is left.</exception>
    public Tensor Generate(
        IReadOnlyList<string> prompts, Tensor initialLatents, GenerationOptions options, long samplerSeed = 0, long firstPicture = 0, Action<int, int>? progress = null, PictureStart? start = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(prompts);
        ArgumentNullException.ThrowIfNull(initialLatents);
        ArgumentNullException.ThrowIfNull(options);
        using var kept = KeptForDrawing.Of(this);
        using var lanes = LanesFor(Math.Min(options.BatchSize, prompts.Count));
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var batches = prompts.Chunk(options.BatchSize).ToList();
        var pictures = new List<Tensor>();
        for (var b = 0; b < batches.Count; b++)
        {
            cancellation.ThrowIfCancellationRequested();
            using var batchScope = NewDisposeScope();
            var first = b * options.BatchSize;
            var latents = Sample(batches[b], initialLatents.slice(0, first, first + batches[b].Length, 1), options, samplerSeed, firstPicture + first, AfterStep, start: start?.Of(first, batches[b].Length));
            pictures.Add(Decode(latents, options.MixedPrecision, options.VaeMemory).cpu().MoveToOuterDisposeScope());

            void AfterStep(int done, int of)
            {
                progress?.Invoke(b * of + done, batches.Count * of);
                cancellation.ThrowIfCancellationRequested();
            }
        }

        return cat(pictures).MoveToOuterDisposeScope();
    }

    /// <summary>Runs the sampler for one batch; returns scaled latents, [n, C, h, w].</summary>
    public Tensor Sample(
        IReadOnlyList<string> prompts, Tensor initialLatents, GenerationOptions options, long samplerSeed = 0, long firstPicture = 0, Action<int, int>? progress = null, IReadOnlyList<string>? negativePrompts = null, PictureStart? start = null)
    {
        ArgumentNullException.ThrowIfNull(prompts);
        ArgumentNullException.ThrowIfNull(initialLatents);
        ArgumentNullException.ThrowIfNull(options);
        using var kept = KeptKernels.Of(UNet);
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var guided = options.GuidanceScale > 1;
        var shape = initialLatents.shape;
        var sizes = options.Sizes ?? SizeConditioning.Whole((int)shape[2] * Vae.Config.DownscaleFactor, (int)shape[3] * Vae.Config.DownscaleFactor);
        var prompt = GuidedPrompts.Read(this, prompts, negativePrompts, options, sizes);
        var scheduler = options.Scheduler ?? Scheduler;
        var told = new LaneProgress(progress);
        return PictureLanes.Rows(prompts.Count, (from, to) =>
        {
            var initial = initialLatents.slice(0, from, to, 1).to(Device);
            var conditioning = PictureLanes.Part(prompt, prompts.Count, from, to);
            using var keptText = KeptText.Of(conditioning.Text);
            return Sampler.Sample(
                options.Sampler ?? scheduler.Sampler,
                scheduler,
                options.Steps,
                initial,
                (sample, timestep) => Predict(sample, timestep, conditioning, guided, options),
                step => stack([.. Enumerable.Range((int)from, (int)(to - from)).Select(i => new RandomStream(samplerSeed, RandomPurpose.Sampler, step, firstPicture + i).Normal(shape[1..]))]).to(Device),
                (done, of) => told.After(from == 0, done, of),
                options.Eta,
                start: start is null ? null : new SamplerStart(start.Of((int)from, (int)(to - from)).Latents.to(Device).expand(initial.shape), SamplerStart.StepsSkipped(options.Steps, start.Strength)));
        }).MoveToOuterDisposeScope();
    }

    /// <summary>Scaled latents of pictures [n, 3, H, W] in [-1, 1], for <see cref="PictureStart"/>: the means of their posteriors, which are narrow.</summary>
    public Tensor EncodePictures(Tensor pictures, GenerationOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(pictures);
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using var autocast = Autocast.For(Device, options?.MixedPrecision ?? MixedPrecision.No);
        return Vae.Scale((options?.VaeMemory ?? new()).Encode(Vae, pictures.to(Device)).Mean.to_type(ScalarType.Float32)).MoveToOuterDisposeScope();
    }

    /// <summary>Decodes scaled latents to pictures clamped to [-1, 1], fp32.</summary>
    public Tensor Decode(Tensor latents, MixedPrecision precision = MixedPrecision.No, VaeMemory? memory = null)
    {
        ArgumentNullException.ThrowIfNull(latents);
        using var kept = KeptKernels.Of(Vae);
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        return PictureLanes.Rows(latents.size(0), (from, to) =>
        {
            using var autocast = Autocast.For(Device, precision);
            return (memory ?? new()).Decode(Vae, Vae.Unscale(latents.slice(0, from, to, 1))).to_type(ScalarType.Float32).clamp(-1, 1);
        }).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Schedule.Dispose();
        Text.Dispose();
        Vae.Dispose();
        UNet.Dispose();
    }

    private Tensor Predict(Tensor sample, Tensor timestep, PromptConditioning prompt, bool guided, GenerationOptions options)
    {
        using var autocast = Autocast.For(Device, options.MixedPrecision);
        if (!guided)
        {
            return UNet.forward(sample, timestep, prompt).to_type(ScalarType.Float32);
        }

        var both = UNet.forward(sample, timestep, prompt).to_type(ScalarType.Float32).chunk(2);
        return Guidance.Apply(both[0], both[1], options.GuidanceScale, options.GuidanceRescale);
    }

    /// <summary>Height and width of what is drawn, in latent pixels.</summary>
    /// <exception cref="DiptychException">The size is not one the model can draw.</exception>
    public (int Height, int Width) LatentSize(GenerationOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var factor = Vae.Config.DownscaleFactor;
        int height = options.Height ?? PictureSize, width = options.Width ?? PictureSize;
        return height % factor == 0 && width % factor == 0 && height > 0 && width > 0
            ? (height / factor, width / factor)
            : throw new DiptychException($"--height {height} --width {width}: both must be positive multiples of {factor} for this model.");
    }

    /// <summary>Lanes that <see cref="Sample"/> and <see cref="Decode"/> share their pictures out among, from now until they are disposed of; <see cref="Generate(IReadOnlyList{string}, long, GenerationOptions, long, Action{int, int}?, PictureStart?, CancellationToken)"/> has its own.</summary>
    /// <param name="pictures">Pictures drawn at once.</param>
    public Lanes LanesFor(int pictures) => PictureLanes.For(Device, UNet, pictures);

    /// <summary>Pictures to draw at once where nothing but time counts: the options' number, or more where pictures are so small that an operator's fixed cost is most of it.</summary>
    public int FastestBatch(GenerationOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        const int SmallLatents = 32 * 32;
        const int SmallPictures = 32;
        var (height, width) = LatentSize(options);
        return height * width <= SmallLatents ? Math.Max(SmallPictures, options.BatchSize) : options.BatchSize;
    }

    // Half precision reaches no further than 65504; the decoders of models that say so go beyond it.
    private static AutoencoderKL LoadVae(NetworkSource source, WeightPlacement placement) => AutoencoderKL.Load(
        source, placement.Dtype == ScalarType.Float16 && source.Config.Flag("force_upcast", true) ? placement with { Dtype = ScalarType.Float32 } : placement);
}
