using static TorchSharp.torch;

namespace Diptych.Common.Diffusion;

/// <summary>Classifier-free guidance (Ho and Salimans 2022, eq. 6).</summary>
public static class Guidance
{
    /// <summary>
    /// unconditional + scale·(conditional − unconditional), both [n, ...]. A <paramref name="rescale"/> above 0 brings each sample's
    /// standard deviation that far back to the conditional prediction's (Lin et al. 2023, section 3.4).
    /// </summary>
    public static Tensor Apply(Tensor unconditional, Tensor conditional, double scale, double rescale = 0)
    {
        ArgumentNullException.ThrowIfNull(unconditional);
        ArgumentNullException.ThrowIfNull(conditional);
        using var scope = NewDisposeScope();
        var guided = unconditional + (conditional - unconditional) * scale;
        if (rescale > 0)
        {
            guided = guided * (Deviation(conditional) / Deviation(guided)) * rescale + guided * (1 - rescale);
        }

        return guided.MoveToOuterDisposeScope();
    }

    private static Tensor Deviation(Tensor prediction)
    {
        var dimensions = Enumerable.Range(1, (int)prediction.dim() - 1).Select(d => (long)d).ToArray();
        return prediction.std(dimensions, unbiased: true, keepdim: true);
    }
}
