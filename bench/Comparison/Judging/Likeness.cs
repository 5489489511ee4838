using Diptych.Common.Data;
using static TorchSharp.torch;

namespace Diptych.Comparison.Judging;

/// <summary>How like a subject's own pictures others are, in one judge's features. The own pictures are the same for every cell of a comparison: looked at once.</summary>
/// <param name="features">A judge's features, of unit length: pictures [n, 3, h, w] in [-1, 1] to [n, d].</param>
/// <param name="read">The subject's own pictures as such a tensor.</param>
internal sealed class Likeness(Func<Tensor, Tensor> features, Func<IReadOnlyList<RgbImage>, Tensor> read) : IDisposable
{
    private readonly Lock _gate = new();
    private IReadOnlyList<RgbImage>? _of;
    private Tensor? _own;

    /// <summary>For each picture its mean cosine with every one of the subject's own.</summary>
    /// <param name="pictures">Pictures [n, 3, h, w] in [-1, 1].</param>
    /// <param name="own">The subject's own pictures.</param>
    public float[] Mean(Tensor pictures, IReadOnlyList<RgbImage> own)
    {
        using var scope = NewDisposeScope();
        return features(pictures).matmul(Own(own).t()).mean([1]).data<float>().ToArray();
    }

    public void Dispose() => _own?.Dispose();

    private Tensor Own(IReadOnlyList<RgbImage> pictures)
    {
        lock (_gate)
        {
            if (_own is null || _of != pictures)
            {
                _own?.Dispose();
                (_of, _own) = (pictures, features(read(pictures)).DetachFromDisposeScope());
            }

            return _own;
        }
    }
}
