using static TorchSharp.torch;

namespace Diptych.Common.Layers;

/// <summary>
/// What several equal parts of a batch have in common is computed once, for one of them. Both halves of guidance see the same noisy picture at the same
/// time, so up to the first look at the text they are one.
/// </summary>
internal static class BatchRows
{
    /// <summary>The rows of <paramref name="part"/>, again and again until they are as many as <paramref name="whole"/> has; itself where they are.</summary>
    public static Tensor Like(Tensor part, Tensor whole)
    {
        var (rows, wanted) = (part.size(0), whole.size(0));
        if (wanted <= rows)
        {
            return part;
        }

        var times = new long[part.dim()];
        Array.Fill(times, 1);
        times[0] = wanted / rows;
        return part.repeat(times);
    }
}
