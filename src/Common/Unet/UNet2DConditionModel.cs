using Diptych.Common.Layers;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace Diptych.Common.Unet;

/// <summary>
/// The denoiser of Stable Diffusion 1.x and 2.x (Rombach et al. 2022, section 3): noisy latents, a timestep and the text in, the
/// network's prediction out (the noise, or v, as the scheduler's configuration says). State keys are diffusers'.
/// </summary>
public sealed class UNet2DConditionModel : nn.Module<Tensor, Tensor, Tensor, Tensor>
{
    [ComponentName(Name = "conv_in")]
    private readonly Conv2d _convIn;

    [ComponentName(Name = "time_embedding")]
    private readonly TimestepEmbedding _timeEmbedding;

    [ComponentName(Name = "down_blocks")]
    private readonly ModuleList<DownBlock> _down;

    [ComponentName(Name = "mid_block")]
    private readonly MidBlock _mid;

    [ComponentName(Name = "up_blocks")]
    private readonly ModuleList<UpBlock> _up;

    [ComponentName(Name = "conv_norm_out")]
    private readonly GroupNorm _normOut;

    [ComponentName(Name = "conv_out")]
    private readonly Conv2d _convOut;

    /// <summary>Creates the network with random weights, fp32, on the CPU.</summary>
    public UNet2DConditionModel(UNetConfig config)
        : base(nameof(UNet2DConditionModel))
    {
        ArgumentNullException.ThrowIfNull(config);
        Config = config;
        long first = config.BlockOutChannels[0];
        var blocks = Enumerable.Range(0, config.BlockOutChannels.Count).ToArray();
        _convIn = nn.Conv2d(config.InChannels, first, kernel_size: 3, padding: 1);
        _timeEmbedding = new TimestepEmbedding(config);
        _down = nn.ModuleList(blocks.Select(i => new DownBlock(config, i)).ToArray());
        _mid = new MidBlock(config);
        _up = nn.ModuleList(blocks.Select(i => new UpBlock(config, i)).ToArray());
        _normOut = GroupNormalization.Create(config.NormGroups, first, config.NormEpsilon);
        _convOut = nn.Conv2d(first, config.OutChannels, kernel_size: 3, padding: 1);
        RegisterComponents();
    }

    /// <summary>The network's shape.</summary>
    public UNetConfig Config { get; }

    /// <summary>Loads <c>config.json</c> and <c>diffusion_pytorch_model.safetensors</c> (fp32, fp16 or bf16) into fp32 parameters.</summary>
    /// <exception cref="DiptychException">A file is missing, unsupported or does not fit; the message names it and the remedy.</exception>
    public static UNet2DConditionModel Load(string folder)
    {
        var network = new UNet2DConditionModel(UNetConfig.Read(ComponentFolder.ReadConfig(folder, nameof(UNet2DConditionModel))));
        ComponentFolder.LoadWeights(network, folder);
        return network;
    }

    /// <summary>Predicts from noisy latents.</summary>
    /// <param name="sample">Noisy latents [n, in channels, h, w]; h and w need not be multiples of anything.</param>
    /// <param name="timesteps">One timestep for all (a scalar or [1]) or one each [n]; whole or fractional, on any device.</param>
    /// <param name="encoderHiddenStates">The text's last hidden states [n, tokens, cross_attention_dim].</param>
    /// <returns>[n, out channels, h, w].</returns>
    /// <exception cref="DiptychException">Latents or text have another width than the network.</exception>
    public override Tensor forward(Tensor sample, Tensor timesteps, Tensor encoderHiddenStates)
    {
        ArgumentNullException.ThrowIfNull(sample);
        ArgumentNullException.ThrowIfNull(timesteps);
        ArgumentNullException.ThrowIfNull(encoderHiddenStates);
        CheckWidths(sample, encoderHiddenStates);
        using var scope = NewDisposeScope();
        var time = ActivatedTime(sample, timesteps);
        var x = _convIn.call(sample);
        var skips = new Stack<Tensor>([x]);
        foreach (var block in _down)
        {
            x = block.Forward(x, time, encoderHiddenStates, skips);
        }

        x = _mid.call(x, time, encoderHiddenStates);
        foreach (var block in _up)
        {
            x = block.Forward(x, time, encoderHiddenStates, skips);
        }

        return x.Then(_normOut).ThenSilu().Then(_convOut).MoveToOuterDisposeScope();
    }

    private Tensor ActivatedTime(Tensor sample, Tensor timesteps)
    {
        var perSample = timesteps.to(sample.device).reshape(-1).expand(sample.size(0));
        return _timeEmbedding.call(perSample, sample.dtype).ThenSilu();
    }

    private void CheckWidths(Tensor sample, Tensor text)
    {
        if (sample.size(1) != Config.InChannels)
        {
            throw new DiptychException($"The UNet takes latents of {Config.InChannels} channels, not {sample.size(1)}: use the VAE and the UNet of one model (inpainting models are not supported).");
        }

        if (text.size(-1) != Config.CrossAttentionDim)
        {
            throw new DiptychException($"The UNet takes text of {Config.CrossAttentionDim} numbers a token, not {text.size(-1)}: use the text encoder and the UNet of one model.");
        }
    }
}
