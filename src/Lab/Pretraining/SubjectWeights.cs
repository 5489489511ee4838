using Diptych.Lab.World;
using static TorchSharp.torch;

namespace Diptych.Lab.Pretraining;

/// <summary>
/// How much each place of a picture counts in a loss: the subject about as much as everything around it. One that fills a twelfth of the picture would
/// otherwise be a twelfth of the loss, and is the part one looks at. What is learned for each place stays the same.
/// </summary>
internal static class SubjectWeights
{
    private const double SubjectShare = .5;

    /// <summary>Each place's share of subject, fp32 [n, 1, H / factor, W / factor].</summary>
    /// <param name="regions">Each pixel's <see cref="PictureRegion"/>: bytes [n, H, W].</param>
    /// <param name="factor">Pixels of a place along each side.</param>
    /// <param name="accessory">How many pixels of subject one of its hat or scarf counts as.</param>
    public static Tensor Shares(Tensor regions, int factor, double accessory = 1)
    {
        using var scope = NewDisposeScope();
        var subject = regions.gt((byte)PictureRegion.Background).to_type(ScalarType.Float32).unsqueeze(1);
        if (accessory != 1)
        {
            subject += (accessory - 1) * regions.eq((byte)PictureRegion.Accessory).to_type(ScalarType.Float32).unsqueeze(1);
        }

        return (factor == 1 ? subject : nn.functional.avg_pool2d(subject, factor)).MoveToOuterDisposeScope();
    }

    /// <summary>1, and within the subject as much more as makes it about half of its picture: [n, 1, h, w] like the shares.</summary>
    /// <param name="shares">What <see cref="Shares"/> gave.</param>
    /// <param name="largest">The most that is added anywhere: it bounds what the smallest subjects count.</param>
    public static Tensor Of(Tensor shares, double largest)
    {
        using var scope = NewDisposeScope();
        return (1 + (shares * (SubjectShare / shares.mean([1, 2, 3], keepdim: true).clamp_min(.01)).clamp_max(largest))).MoveToOuterDisposeScope();
    }
}
