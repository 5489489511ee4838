using Diptych.Common.Layers;
using Diptych.Common.Weights;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace Diptych.Common.Vae;

/// <summary>
/// Stable Diffusion's autoencoder (Rombach et al. 2022, section 3.1): pictures to latents a fraction of their size and back.
/// State keys are diffusers'; files with its attention layers' names of 2022 load too.
/// </summary>
public sealed class AutoencoderKL : nn.Module<Tensor, Tensor>
{
    /// <summary>Epsilon of every group normalisation in the autoencoder; diffusers fixes it as well.</summary>
    internal const double NormEpsilon = 1e-6;

    // The bounds diffusers clamps to: exp(0.5 * 20) = 22026 is still finite in half precision.
    private const double LowestLogVariance = -30;
    private const double HighestLogVariance = 20;

    [ComponentName(Name = "encoder")]
    private readonly Encoder _encoder;

    [ComponentName(Name = "decoder")]
    private readonly Decoder _decoder;

    [ComponentName(Name = "quant_conv")]
    private readonly Convolution2d? _quantConv;

    [ComponentName(Name = "post_quant_conv")]
    private readonly Convolution2d? _postQuantConv;

    /// <summary>Creates the network with random weights, fp32, on the CPU.</summary>
    public AutoencoderKL(AutoencoderConfig config)
        : base(nameof(AutoencoderKL))
    {
        ArgumentNullException.ThrowIfNull(config);
        Config = config;
        long latent = config.LatentChannels;
        _encoder = new Encoder(config);
        _decoder = new Decoder(config);
        _quantConv = config.UseQuantConv ? new Convolution2d(2 * latent, 2 * latent, kernelSize: 1) : null;
        _postQuantConv = config.UsePostQuantConv ? new Convolution2d(latent, latent, kernelSize: 1) : null;
        RegisterComponents();
    }

    /// <summary>The network's shape.</summary>
    public AutoencoderConfig Config { get; }

    /// <summary>Loads a folder of <c>config.json</c> and weights into fp32 parameters on the CPU.</summary>
    /// <exception cref="DiptychException">A file is missing, unsupported or does not fit; the message names it and the remedy.</exception>
    public static AutoencoderKL Load(string folder) => Load(NetworkSource.Folder(folder));

    /// <summary>Loads an autoencoder, whatever type its weights are stored in.</summary>
    /// <exception cref="DiptychException">A file is missing, unsupported or does not fit; the message names it and the remedy.</exception>
    public static AutoencoderKL Load(NetworkSource source, WeightPlacement? placement = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        var config = AutoencoderConfig.Read(source.ConfigOf(nameof(AutoencoderKL)));
        return source.Load(() => new AutoencoderKL(config), FromNamesOf2022, placement);
    }

    /// <summary>Distribution of the latents of pictures [n, 3, h, w] in [-1, 1]; not yet scaled for the UNet (<see cref="Scale"/>).</summary>
    public DiagonalGaussian Encode(Tensor images)
    {
        ArgumentNullException.ThrowIfNull(images);
        using var scope = NewDisposeScope();
        var moments = _encoder.call(images.to_type(WeightType));
        if (_quantConv is not null)
        {
            moments = moments.Then(_quantConv);
        }

        var halves = moments.chunk(2, 1);
        // Copied, so that keeping the mean (a latent cache) does not keep both halves.
        return new DiagonalGaussian(
            halves[0].clone().MoveToOuterDisposeScope(),
            halves[1].clamp(LowestLogVariance, HighestLogVariance).MoveToOuterDisposeScope());
    }

    /// <summary>Pictures [n, 3, h * 8, w * 8], about [-1, 1] and not clamped, of latents [n, latent channels, h, w] as <see cref="Encode"/> gives them (<see cref="Unscale"/>).</summary>
    public Tensor Decode(Tensor latents)
    {
        ArgumentNullException.ThrowIfNull(latents);
        using var scope = NewDisposeScope();
        latents = latents.to_type(WeightType);
        return _decoder.call(_postQuantConv is null ? latents : _postQuantConv.call(latents)).MoveToOuterDisposeScope();
    }

    /// <summary>Latents of the encoder, [n, latent channels, h, w], as the UNet sees them: about zero mean and unit variance.</summary>
    public Tensor Scale(Tensor latents)
    {
        ArgumentNullException.ThrowIfNull(latents);
        using var scope = NewDisposeScope();
        var centred = Config.LatentsMean is null ? latents : latents - PerChannel(Config.LatentsMean, latents);
        var scaled = centred * Config.ScalingFactor;
        return (Config.LatentsDeviation is null ? scaled : scaled / PerChannel(Config.LatentsDeviation, latents)).MoveToOuterDisposeScope();
    }

    /// <summary>A posterior of <see cref="Encode"/> without its channels' means and deviations: times the scaling factor, its samples are what <see cref="Scale"/> gives.</summary>
    public DiagonalGaussian Standardise(DiagonalGaussian posterior)
    {
        ArgumentNullException.ThrowIfNull(posterior);
        using var scope = NewDisposeScope();
        var (mean, variance) = (posterior.Mean.alias(), posterior.LogVariance.alias());
        if (Config.LatentsMean is not null)
        {
            mean = mean - PerChannel(Config.LatentsMean, mean);
        }

        if (Config.LatentsDeviation is not null)
        {
            var deviation = PerChannel(Config.LatentsDeviation, mean);
            (mean, variance) = (mean / deviation, variance - 2 * deviation.log());
        }

        return new DiagonalGaussian(mean.MoveToOuterDisposeScope(), variance.MoveToOuterDisposeScope());
    }

    /// <summary>The inverse of <see cref="Scale"/>: the UNet's latents as <see cref="Decode"/> takes them.</summary>
    public Tensor Unscale(Tensor latents)
    {
        ArgumentNullException.ThrowIfNull(latents);
        using var scope = NewDisposeScope();
        var scaled = Config.LatentsDeviation is null ? latents : latents * PerChannel(Config.LatentsDeviation, latents);
        var centred = scaled / Config.ScalingFactor;
        return (Config.LatentsMean is null ? centred : centred + PerChannel(Config.LatentsMean, latents)).MoveToOuterDisposeScope();
    }

    /// <summary>Pictures through the mean of their latents and back.</summary>
    public override Tensor forward(Tensor images)
    {
        using var scope = NewDisposeScope();
        return Decode(Encode(images).Mean).MoveToOuterDisposeScope();
    }

    private ScalarType WeightType => _encoder.parameters().First().dtype;

    private static Tensor PerChannel(IReadOnlyList<double> values, Tensor like) =>
        tensor(values.ToArray(), dtype: like.dtype, device: like.device).view(1, -1, 1, 1);

    private static string FromNamesOf2022(string name)
    {
        if (!name.Contains(".attentions.", StringComparison.Ordinal))
        {
            return name;
        }

        return name
            .Replace(".query.", ".to_q.", StringComparison.Ordinal)
            .Replace(".key.", ".to_k.", StringComparison.Ordinal)
            .Replace(".value.", ".to_v.", StringComparison.Ordinal)
            .Replace(".proj_attn.", ".to_out.0.", StringComparison.Ordinal);
    }
}
