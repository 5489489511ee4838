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
    private const double LargestWeight = 4;

    /// <summary>Each place's share of subject, fp32 [n, 1, H / factor, W / factor].</summary>
    /// <param name="regions">Each pixel's <see cref="PictureRegion"/>: bytes [n, H, W].</param>
    /// <param name="factor">Pixels of a place along each side.</param>
    public static Tensor Shares(Tensor regions, int factor)
    {
        using var scope = NewDisposeScope();
        var subject = regions.gt((byte)PictureRegion.Background).to_type(ScalarType.Float32).unsqueeze(1);
        return (factor == 1 ? subject : nn.functional.avg_pool2d(subject, factor)).MoveToOuterDisposeScope();
    }

    /// <summary>1, and within the subject as much more as makes it about half of its picture: [n, 1, h, w] like the shares.</summary>
    public static Tensor Of(Tensor shares)
    {
        using var scope = NewDisposeScope();
        return (1 + (shares * (SubjectShare / shares.mean([1, 2, 3], keepdim: true).clamp_min(.01)).clamp_max(LargestWeight))).MoveToOuterDisposeScope();
    }
}
