using Diptych.Common.Layers;
using Diptych.Common.Vae;
using Diptych.Lab.World;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace Diptych.Lab.Pretraining;

/// <summary>
/// Names, for training only, what each place of an autoencoder's latents shows: which subject, and which of its parts, by one linear map. Latents that
/// need not say so hide it in codes that a denoiser takes very long to learn; those that say it give the words a direction to point to (Yao et al. 2025,
/// "Reconstruction vs. generation", section 3, align with a large encoder's features; here the world knows its own truth).
/// </summary>
internal sealed class LatentReading : nn.Module
{
    // What is read must be read under noise: it has to be large in the latents, and so is drawn first.
    private const double Noise = .5;

    private static readonly int Regions = Enum.GetValues<PictureRegion>().Length;

    [ComponentName(Name = "vae")] private readonly AutoencoderKL _vae;
    [ComponentName(Name = "subjects")] private readonly Convolution2d _subjects;
    [ComponentName(Name = "regions")] private readonly Convolution2d _regions;

    /// <param name="vae">The autoencoder; it becomes a part of this module, and is disposed of with it.</param>
    public LatentReading(AutoencoderKL vae)
        : base(nameof(LatentReading))
    {
        _vae = vae;
        _subjects = new Convolution2d(vae.Config.LatentChannels, LabWords.Classes.Count + 1, 1);
        _regions = new Convolution2d(vae.Config.LatentChannels, Regions, 1);
        RegisterComponents();
    }

    /// <summary>What there is to read at every place: the shares of no subject and of each class, then of each region: fp32 [n, 1 + classes + regions, h, w].</summary>
    /// <param name="regions">Each pixel's <see cref="PictureRegion"/>: bytes [n, H, W].</param>
    /// <param name="classes">Each picture's class, its number in <see cref="LabWords.Classes"/>: int64 [n].</param>
    /// <param name="factor">Pixels of a place along each side, H / h.</param>
    public static Tensor Truth(Tensor regions, Tensor classes, int factor)
    {
        using var scope = NewDisposeScope();
        var perRegion = nn.functional.one_hot(regions.to_type(ScalarType.Int64), Regions).permute(0, 3, 1, 2).to_type(ScalarType.Float32);
        var shares = nn.functional.avg_pool2d(perRegion, factor);
        var none = shares.narrow(1, (long)PictureRegion.Background, 1);
        var ofClass = nn.functional.one_hot(classes, LabWords.Classes.Count).to_type(ScalarType.Float32).unsqueeze(-1).unsqueeze(-1);
        return cat([none, (1 - none) * ofClass, shares], 1).MoveToOuterDisposeScope();
    }

    /// <summary>Cross-entropy of both readings, mean over places: a scalar.</summary>
    /// <param name="latents">[n, C, h, w].</param>
    /// <param name="truth">From <see cref="Truth"/>.</param>
    /// <param name="noise">Standard normal, like the latents.</param>
    public Tensor Loss(Tensor latents, Tensor truth, Tensor noise)
    {
        using var scope = NewDisposeScope();
        var seen = latents + (Noise * noise);
        var (subjects, regions) = (_subjects.call(seen), _regions.call(seen));
        var split = LabWords.Classes.Count + 1;
        return (CrossEntropy(subjects, truth.narrow(1, 0, split)) + CrossEntropy(regions, truth.narrow(1, split, Regions))).MoveToOuterDisposeScope();
    }

    private static Tensor CrossEntropy(Tensor logits, Tensor shares) => -(shares * logits.to_type(ScalarType.Float32).log_softmax(1)).sum(1).mean();
}
