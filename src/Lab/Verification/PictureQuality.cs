using static TorchSharp.torch;

namespace Diptych.Lab.Verification;

/// <summary>Two plain measures of pictures: how far from the original, and how sharp.</summary>
public static class PictureQuality
{
    private const double SmallestError = 1e-10;

    /// <summary>
    /// Peak signal-to-noise ratio of each picture in dB: 10 log10(4 / mean squared error) for values in [-1, 1], whose peak-to-peak is 2.
    /// Equal pictures give 106 dB rather than infinity.
    /// </summary>
    /// <param name="expected">Originals, <c>[n, 3, h, w]</c>.</param>
    /// <param name="actual">What became of them, of the same shape.</param>
    public static IReadOnlyList<double> PsnrDb(Tensor expected, Tensor actual)
    {
        ArgumentNullException.ThrowIfNull(expected);
        using var scope = NewDisposeScope();
        var errors = (expected - actual).to_type(ScalarType.Float64).square().mean([1, 2, 3]).cpu();
        return [.. errors.data<double>().ToArray().Select(error => 10 * Math.Log10(4 / Math.Max(error, SmallestError)))];
    }

    /// <summary>As <see cref="PsnrDb"/>, over the pixels of a mask alone.</summary>
    /// <param name="expected">Originals, <c>[n, 3, h, w]</c>.</param>
    /// <param name="actual">What became of them, of the same shape.</param>
    /// <param name="inside">Which pixels count, bool <c>[n, h, w]</c>; at least one in every picture.</param>
    public static IReadOnlyList<double> PsnrDbInside(Tensor expected, Tensor actual, Tensor inside)
    {
        ArgumentNullException.ThrowIfNull(expected);
        ArgumentNullException.ThrowIfNull(inside);
        using var scope = NewDisposeScope();
        var counted = inside.unsqueeze(1).to_type(ScalarType.Float64);
        var errors = ((expected - actual).to_type(ScalarType.Float64).square() * counted).sum([1, 2, 3]) / (3 * counted.sum([1, 2, 3]));
        return [.. errors.cpu().data<double>().ToArray().Select(error => 10 * Math.Log10(4 / Math.Max(error, SmallestError)))];
    }

    /// <summary>Edge energy of each picture: mean absolute difference between horizontal neighbours plus that between vertical ones.</summary>
    /// <param name="pictures"><c>[n, 3, h, w]</c> in [-1, 1].</param>
    public static IReadOnlyList<double> EdgeEnergy(Tensor pictures)
    {
        ArgumentNullException.ThrowIfNull(pictures);
        using var scope = NewDisposeScope();
        Tensor Steps(int axis)
        {
            var length = pictures.shape[axis];
            return (pictures.narrow(axis, 1, length - 1) - pictures.narrow(axis, 0, length - 1)).abs().to_type(ScalarType.Float64).mean([1, 2, 3]);
        }

        return (Steps(2) + Steps(3)).cpu().data<double>().ToArray();
    }
}
