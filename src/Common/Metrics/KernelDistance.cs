using static TorchSharp.torch;

namespace Diptych.Common.Metrics;

/// <summary>
/// Kernel distance between two sets of features (Binkowski et al. 2018, eq. 4, on Inception features known as KID): the unbiased estimate of the squared maximum
/// mean discrepancy under the kernel (x·y / d + 1)^3. It is 0 in expectation for two samples of one distribution, and can be slightly negative.
/// </summary>
public static class KernelDistance
{
    /// <summary>The estimate over all samples of both sets.</summary>
    /// <param name="first">[n, d], n at least 2.</param>
    /// <param name="second">[m, d], m at least 2.</param>
    /// <exception cref="ArgumentException">A set has fewer than two samples, or their widths differ.</exception>
    public static double Squared(Tensor first, Tensor second)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        if (first.shape[0] < 2 || second.shape[0] < 2 || first.shape[1] != second.shape[1])
        {
            throw new ArgumentException($"Sets of [{string.Join(", ", first.shape)}] and [{string.Join(", ", second.shape)}] have no kernel distance: two samples of one width are needed of each.", nameof(first));
        }

        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var (x, y) = (first.to(ScalarType.Float64, CPU), second.to(ScalarType.Float64, CPU));
        return WithinMean(x) + WithinMean(y) - (2 * Kernel(x, y).mean().item<double>());
    }

    // Mean over pairs of different samples: a sample's kernel with itself is what would bias the estimate.
    private static double WithinMean(Tensor x)
    {
        var kernel = Kernel(x, x);
        var n = x.shape[0];
        return (kernel.sum() - kernel.diagonal().sum()).item<double>() / (n * (n - 1.0));
    }

    private static Tensor Kernel(Tensor x, Tensor y) => (x.matmul(y.t()) / x.shape[1] + 1).pow(3);
}
