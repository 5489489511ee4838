using Diptych.Common.Diffusion;
using Diptych.Common.Layers;
using Diptych.Common.Runtime;
using Diptych.Common.Text;
using Diptych.Common.Unet;
using Diptych.Common.Vae;
using TorchSharp;
using static TorchSharp.torch;

namespace Diptych.Common.Pipelines;

/// <summary>
/// Stable Diffusion as one thing that can be loaded, taught a word, prompted and saved (Rombach et al., "High-resolution image synthesis with
/// latent diffusion models", 2022).
/// </summary>
public sealed class StableDiffusion : IDisposable
{
    private Tensor? _conceptRows;

    private StableDiffusion(ModelFolder folder, ClipTokenizer tokenizer, ClipTextModel textEncoder, AutoencoderKL vae, UNet2DConditionModel unet, SchedulerConfig scheduler, Device device)
    {
        Folder = folder;
        Tokenizer = tokenizer;
        TextEncoder = textEncoder;
        Vae = vae;
        UNet = unet;
        Scheduler = scheduler;
        Schedule = new NoiseSchedule(scheduler);
        Device = device;
    }

    /// <summary>The folder it came from.</summary>
    public ModelFolder Folder { get; }

    /// <summary>The tokenizer; placeholder tokens are added to it.</summary>
    public ClipTokenizer Tokenizer { get; }

    /// <summary>The text encoder.</summary>
    public ClipTextModel TextEncoder { get; }

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

    /// <summary>Learned rows of placeholder tokens, [k, D], in the order of their ids; <see langword="null"/> where there are none.</summary>
    public Tensor? ConceptRows => _conceptRows;

    /// <summary>Width and height, in pixels, of the pictures the model was trained on.</summary>
    public int PictureSize => UNet.Config.SampleSize * Vae.Config.DownscaleFactor;

    /// <summary>Loads a model folder, frozen: no weight asks for a gradient.</summary>
    /// <exception cref="DiptychException">A file is missing, damaged, or does not fit the others; the message names it.</exception>
    public static StableDiffusion Load(string path, Device? device = null)
    {
        TorchRuntime.Load();
        var folder = ModelFolder.Open(path);
        var target = device ?? CPU;
        var pipeline = new StableDiffusion(
            folder,
            ClipTokenizer.Load(folder["tokenizer"]),
            ClipTextModel.Load(folder["text_encoder"]),
            AutoencoderKL.Load(folder["vae"]),
            UNet2DConditionModel.Load(folder["unet"]),
            SchedulerConfig.Load(Path.Combine(folder["scheduler"], "scheduler_config.json")),
            target);
        pipeline.CheckThatPartsFit();
        foreach (var module in (nn.Module[])[pipeline.TextEncoder, pipeline.Vae, pipeline.UNet])
        {
            module.to(target);
            module.SetLearning(false);
            module.eval();
        }

        return pipeline;
    }

    /// <summary>Teaches the pipeline a word: adds the token and keeps a copy of its rows, [k, D].</summary>
    /// <exception cref="DiptychException">The token is taken, or the rows have another width than the text encoder.</exception>
    public PlaceholderToken AddConcept(string token, Tensor rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        var width = TextEncoder.Config.HiddenSize;
        if (rows.dim() != 2 || rows.shape[1] != width)
        {
            throw new DiptychException($"The embedding of {token} has shape [{string.Join(", ", rows.shape)}]; this text encoder takes rows of {width}: use an embedding trained for this model.");
        }

        var placeholder = Tokenizer.AddPlaceholder(token, (int)rows.shape[0]);
        Keep(rows);
        return placeholder;
    }

    /// <summary>Keeps a copy of the rows, [k, D], of a word the tokenizer has been given already: a word just learned.</summary>
    public void SetConceptRows(PlaceholderToken placeholder, Tensor rows)
    {
        ArgumentNullException.ThrowIfNull(placeholder);
        ArgumentNullException.ThrowIfNull(rows);
        if (placeholder.Ids[0] != Tokenizer.VocabularySize + (_conceptRows?.shape[0] ?? 0) || placeholder.Ids.Count != rows.shape[0])
        {
            throw new ArgumentException("Rows follow the order in which words were added to the tokenizer.", nameof(placeholder));
        }

        Keep(rows);
    }

    /// <summary>Prompts as token ids on the model's device, [n, L].</summary>
    /// <exception cref="DiptychException">A prompt is too long to keep its placeholder.</exception>
    public Tensor Tokenize(IReadOnlyList<string> prompts)
    {
        using var scope = NewDisposeScope();
        return Tokenizer.EncodeBatch(prompts).to(Device).MoveToOuterDisposeScope();
    }

    /// <summary>The text encoder's last hidden state for each prompt, [n, L, D].</summary>
    public Tensor EncodePrompts(IReadOnlyList<string> prompts)
    {
        using var scope = NewDisposeScope();
        return EncodeIds(Tokenize(prompts)).MoveToOuterDisposeScope();
    }

    /// <summary>The text encoder's last hidden state for rows of token ids, [n, L] to [n, L, D].</summary>
    public Tensor EncodeIds(Tensor ids)
    {
        using var scope = NewDisposeScope();
        return TextEncoder.Encode(ConceptLookup.Embed(TextEncoder, ids, _conceptRows), ids).LastHiddenState.MoveToOuterDisposeScope();
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
    /// <param name="cancellation">Stops between two batches.</param>
    /// <returns>Pictures in [-1, 1], [n, 3, H, W] fp32 on the CPU.</returns>
    public Tensor Generate(
        IReadOnlyList<string> prompts, long seed, GenerationOptions options, long firstPicture = 0, Action<int, int>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(prompts);
        using var scope = NewDisposeScope();
        var initial = stack(prompts.Select((_, i) => InitialLatents(seed, firstPicture + i, options)).ToArray());
        return Generate(prompts, initial, options, seed, progress, cancellation).MoveToOuterDisposeScope();
    }

    /// <summary>Draws one picture for each prompt from given initial latents, [n, C, h, w].</summary>
    /// <returns>Pictures in [-1, 1], [n, 3, H, W] fp32 on the CPU.</returns>
    public Tensor Generate(
        IReadOnlyList<string> prompts, Tensor initialLatents, GenerationOptions options, long samplerSeed = 0, Action<int, int>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(prompts);
        ArgumentNullException.ThrowIfNull(initialLatents);
        ArgumentNullException.ThrowIfNull(options);
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var batches = prompts.Chunk(options.BatchSize).ToList();
        var pictures = new List<Tensor>();
        for (var b = 0; b < batches.Count; b++)
        {
            cancellation.ThrowIfCancellationRequested();
            using var batchScope = NewDisposeScope();
            var first = b * options.BatchSize;
            var latents = Sample(batches[b], initialLatents.slice(0, first, first + batches[b].Length, 1), options, samplerSeed, first, (done, of) => progress?.Invoke(b * of + done, batches.Count * of));
            pictures.Add(Decode(latents, options.MixedPrecision).cpu().MoveToOuterDisposeScope());
        }

        return cat(pictures).MoveToOuterDisposeScope();
    }

    /// <summary>Runs the sampler for one batch; returns scaled latents, [n, C, h, w].</summary>
    public Tensor Sample(
        IReadOnlyList<string> prompts, Tensor initialLatents, GenerationOptions options, long samplerSeed = 0, long firstPicture = 0, Action<int, int>? progress = null, IReadOnlyList<string>? negativePrompts = null)
    {
        ArgumentNullException.ThrowIfNull(prompts);
        ArgumentNullException.ThrowIfNull(initialLatents);
        ArgumentNullException.ThrowIfNull(options);
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var guided = options.GuidanceScale > 1;
        var conditional = EncodePrompts(prompts);
        var text = guided ? cat([EncodePrompts(negativePrompts ?? [.. prompts.Select(_ => options.NegativePrompt)]), conditional]) : conditional;
        var shape = initialLatents.shape;
        var scheduler = options.Scheduler ?? Scheduler;
        return Sampler.Sample(
            options.Sampler ?? scheduler.Sampler,
            scheduler,
            options.Steps,
            initialLatents.to(Device),
            (sample, timestep) => Predict(sample, timestep, text, guided, options),
            step => stack(Enumerable.Range(0, prompts.Count).Select(i => new RandomStream(samplerSeed, RandomPurpose.Sampler, step, firstPicture + i).Normal(shape[1..])).ToArray()).to(Device),
            progress).MoveToOuterDisposeScope();
    }

    /// <summary>Decodes scaled latents to pictures clamped to [-1, 1], fp32.</summary>
    public Tensor Decode(Tensor latents, MixedPrecision precision = MixedPrecision.No)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using var autocast = Autocast.For(Device, precision);
        return Vae.Decode(latents / Vae.Config.ScalingFactor).to_type(ScalarType.Float32).clamp(-1, 1).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _conceptRows?.Dispose();
        Schedule.Dispose();
        TextEncoder.Dispose();
        Vae.Dispose();
        UNet.Dispose();
    }

    private void Keep(Tensor rows)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var copy = rows.detach().to(Device).to_type(ScalarType.Float32).clone();
        var all = (_conceptRows is null ? copy : cat([_conceptRows, copy])).DetachFromDisposeScope();
        _conceptRows?.Dispose();
        _conceptRows = all;
    }

    private Tensor Predict(Tensor sample, Tensor timestep, Tensor text, bool guided, GenerationOptions options)
    {
        using var autocast = Autocast.For(Device, options.MixedPrecision);
        if (!guided)
        {
            return UNet.forward(sample, timestep, text).to_type(ScalarType.Float32);
        }

        var both = UNet.forward(cat([sample, sample]), timestep, text).to_type(ScalarType.Float32).chunk(2);
        return Guidance.Apply(both[0], both[1], options.GuidanceScale);
    }

    private (int Height, int Width) LatentSize(GenerationOptions options)
    {
        var factor = Vae.Config.DownscaleFactor;
        int height = options.Height ?? PictureSize, width = options.Width ?? PictureSize;
        return height % factor == 0 && width % factor == 0 && height > 0 && width > 0
            ? (height / factor, width / factor)
            : throw new DiptychException($"--height {height} --width {width}: both must be positive multiples of {factor} for this model.");
    }

    private void CheckThatPartsFit()
    {
        TextEncoder.RequireFit(Tokenizer);
        if (UNet.Config.CrossAttentionDim != TextEncoder.Config.HiddenSize)
        {
            throw new DiptychException($"{Folder["unet"]}: cross_attention_dim {UNet.Config.CrossAttentionDim} does not fit the text encoder's hidden_size {TextEncoder.Config.HiddenSize}: use the components of one model.");
        }

        if (UNet.Config.InChannels != Vae.Config.LatentChannels)
        {
            throw new DiptychException($"{Folder["unet"]}: in_channels {UNet.Config.InChannels} does not fit the VAE's latent_channels {Vae.Config.LatentChannels}: inpainting and depth models are not supported; use a text-to-image model.");
        }
    }
}
