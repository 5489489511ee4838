using Diptych.Common.Layers;
using Diptych.Common.Runtime;
using Diptych.Common.Weights;
using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace Diptych.Common.Unet;

/// <summary>
/// The denoiser of Stable Diffusion 1.x, 2.x and XL (Rombach et al. 2022, section 3): noisy latents, a timestep and the prompt in, the
/// network's prediction out (the noise, or v, as the scheduler's configuration says). State keys are diffusers'.
/// </summary>
public sealed class UNet2DConditionModel : nn.Module<Tensor, Tensor, PromptConditioning, Tensor>
{
    [ComponentName(Name = "conv_in")]
    private readonly Convolution2d _convIn;

    [ComponentName(Name = "time_embedding")]
    private readonly TimestepEmbedding _timeEmbedding;

    [ComponentName(Name = "add_embedding")]
    private readonly TimestepEmbedding? _addEmbedding;

    [ComponentName(Name = "down_blocks")]
    private readonly ModuleList<DownBlock> _down;

    [ComponentName(Name = "mid_block")]
    private readonly MidBlock _mid;

    [ComponentName(Name = "up_blocks")]
    private readonly ModuleList<UpBlock> _up;

    [ComponentName(Name = "conv_norm_out")]
    private readonly GroupNorm _normOut;

    [ComponentName(Name = "conv_out")]
    private readonly Convolution2d _convOut;

    /// <summary>Creates the network with random weights, fp32, on the CPU.</summary>
    public UNet2DConditionModel(UNetConfig config)
        : base(nameof(UNet2DConditionModel))
    {
        ArgumentNullException.ThrowIfNull(config);
        Config = config;
        long first = config.BlockOutChannels[0];
        var blocks = Enumerable.Range(0, config.BlockOutChannels.Count).ToArray();
        _convIn = new Convolution2d(config.InChannels, first, kernelSize: 3, padding: 1);
        _timeEmbedding = new TimestepEmbedding(first, config.TimeEmbeddingDim);
        _addEmbedding = config.Added is { } added ? new TimestepEmbedding(added.InputWidth, config.TimeEmbeddingDim) : null;
        _down = nn.ModuleList(blocks.Select(i => new DownBlock(config, i)).ToArray());
        _mid = new MidBlock(config);
        _up = nn.ModuleList(blocks.Select(i => new UpBlock(config, i)).ToArray());
        _normOut = GroupNormalization.Create(config.NormGroups, first, config.NormEpsilon);
        _convOut = new Convolution2d(first, config.OutChannels, kernelSize: 3, padding: 1);
        RegisterComponents();
    }

    /// <summary>The network's shape.</summary>
    public UNetConfig Config { get; }

    /// <summary>Loads a folder of <c>config.json</c> and weights into fp32 parameters on the CPU.</summary>
    /// <exception cref="DiptychException">A file is missing, unsupported or does not fit; the message names it and the remedy.</exception>
    public static UNet2DConditionModel Load(string folder) => Load(NetworkSource.Folder(folder));

    /// <summary>Loads a denoiser, whatever type its weights are stored in.</summary>
    /// <exception cref="DiptychException">A file is missing, unsupported or does not fit; the message names it and the remedy.</exception>
    public static UNet2DConditionModel Load(NetworkSource source, WeightPlacement? placement = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        var config = UNetConfig.Read(source.ConfigOf(nameof(UNet2DConditionModel)));
        return source.Load(() => new UNet2DConditionModel(config), null, placement);
    }

    /// <summary>Lays convolutions' kernels with their channels innermost; pictures follow. A GPU's tensor cores read them so.</summary>
    /// <param name="deepOnly">Only those for which a processor prefers it (<see cref="Convolution2d.IsDeep"/>).</param>
    public void LayChannelsLast(bool deepOnly = false)
    {
        foreach (var convolution in modules().OfType<Convolution2d>().Where(convolution => !deepOnly || convolution.IsDeep))
        {
            convolution.LayChannelsLast();
        }
    }

    /// <summary>Predicts from noisy latents.</summary>
    /// <param name="sample">Noisy latents [n, in channels, h, w]; h and w need not be multiples of anything. With k times as many prompts, each latent is predicted under k of them: row j of the result is latent j mod n under prompt j.</param>
    /// <param name="timesteps">One timestep for all (a scalar or [1]) or one for each latent [n]; whole or fractional, on any device.</param>
    /// <param name="prompt">The text [n, tokens, cross_attention_dim]; in Stable Diffusion XL its summary and the picture's sizes too.</param>
    /// <returns>[prompts, out channels, h, w], in the weights' type.</returns>
    /// <exception cref="DiptychException">Latents or text have another width than the network, or lack a part it is told.</exception>
    public override Tensor forward(Tensor sample, Tensor timesteps, PromptConditioning prompt)
    {
        ArgumentNullException.ThrowIfNull(sample);
        ArgumentNullException.ThrowIfNull(timesteps);
        ArgumentNullException.ThrowIfNull(prompt);
        using var scope = NewDisposeScope();
        // A model that is told a summary of the prompt as part of the time sees the prompt from the first layer on.
        sample = Config.Added is null ? sample : BatchRows.Like(sample, prompt.Text);
        CheckWidths(sample, prompt);
        var type = _convIn.Weight.dtype;
        // On a GPU mixed precision widens norms; a network that is bf16 throughout has nothing to mix.
        using var whole = type == ScalarType.BFloat16 && sample.device_type == DeviceType.CUDA && _normOut.weight.dtype == type ? Autocast.Pause(sample.device) : null;
        sample = sample.to_type(type);
        var text = prompt.Text.to_type(type);
        var time = ActivatedTime(sample, timesteps, prompt);
        var x = _convIn.call(sample);
        var skips = new Stack<Tensor>([x]);
        foreach (var block in _down)
        {
            x = block.Forward(x, time, text, skips);
        }

        x = _mid.call(x, time, text);
        foreach (var block in _up)
        {
            x = block.Forward(x, time, text, skips);
        }

        return x.ThenSilu(_normOut).Then(_convOut).MoveToOuterDisposeScope();
    }

    // The same for every block of the network, so the non-linearity each of them begins with is taken here, once.
    private Tensor ActivatedTime(Tensor sample, Tensor timesteps, PromptConditioning prompt)
    {
        using var scope = NewDisposeScope();
        var perSample = BatchRows.Like(timesteps.to(sample.device).reshape(-1), sample);
        var time = _timeEmbedding.call(Waves(perSample, Config.BlockOutChannels[0]).to(sample.dtype));
        if (_addEmbedding is not null)
        {
            var sizes = Waves(prompt.TimeIds!.flatten(), Config.Added!.WavesPerSize).reshape(sample.size(0), -1);
            time = time.add_(_addEmbedding.call(cat([prompt.Pooled!.to(sample.dtype), sizes.to(sample.dtype)], 1)));
        }

        return time.ThenSilu().MoveToOuterDisposeScope();
    }

    private Tensor Waves(Tensor numbers, long width) => SinusoidalTimesteps.Waves(numbers, width, Config.FlipSinToCos, Config.FrequencyShift);

    private void CheckWidths(Tensor sample, PromptConditioning prompt)
    {
        if (sample.size(1) != Config.InChannels)
        {
            throw new DiptychException($"The UNet takes latents of {Config.InChannels} channels, not {sample.size(1)}: use the VAE and the UNet of one model (inpainting models are not supported).");
        }

        if (prompt.Text.size(-1) != Config.CrossAttentionDim)
        {
            throw new DiptychException($"The UNet takes text of {Config.CrossAttentionDim} numbers a token, not {prompt.Text.size(-1)}: use the text encoder and the UNet of one model.");
        }

        if (prompt.Text.size(0) % sample.size(0) != 0)
        {
            throw new ArgumentException($"{sample.size(0)} latents cannot be predicted under {prompt.Text.size(0)} prompts: give a prompt for each, or as many for each.", nameof(prompt));
        }

        if (Config.Added is { } added
            && (prompt.Pooled?.size(-1) != added.PooledWidth || prompt.TimeIds?.size(-1) != SizeConditioning.Count || prompt.TimeIds.size(0) != sample.size(0)))
        {
            throw new DiptychException($"The UNet is told pooled text of {added.PooledWidth} numbers and {SizeConditioning.Count} sizes of each picture, which were not given: use the text encoders and the UNet of one Stable Diffusion XL model.");
        }
    }
}
