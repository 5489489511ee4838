using Diptych.Common.Runtime;
using static TorchSharp.torch;

namespace Diptych.Common.Training;

/// <summary>Sums of gradients' squares, each taken when the gradient has just been computed and is still near its core: read again for their norm, all of them would come from memory.</summary>
public sealed class GradientSquares
{
    private readonly Dictionary<nint, double> _sums = [];

    /// <summary>Forgets them: gradients are about to change.</summary>
    public void Clear() => _sums.Clear();

    /// <summary>Takes one of a gradient that stays as it is, in whatever thread.</summary>
    internal void Take(Tensor gradient)
    {
        var sum = SquareSum.Of(gradient);
        lock (_sums)
        {
            _sums[TensorData.Address(gradient)] = sum;
        }
    }

    /// <summary>That of a gradient, or null where it was not taken.</summary>
    internal double? Of(Tensor gradient) => _sums.Count > 0 && _sums.TryGetValue(TensorData.Address(gradient), out var sum) ? sum : null;
}
