using Diptych.Common.Products;
using Diptych.Common.Runtime;
using static TorchSharp.torch;

namespace Diptych.Common.Training;

/// <summary>
/// The gradients of a loss that is a mean over samples, the batch split among lanes. All lanes use the same weights; libtorch locks a weight while a
/// gradient is added to it, and with two lanes the sum does not depend on which of them comes first.
/// </summary>
public static class SplitPass
{
    /// <summary>Most lanes of a pass: a sum of three depends on its order.</summary>
    private const int MostLanes = 2;

    /// <summary>The lanes for batches of <paramref name="count"/> samples on <paramref name="device"/>.</summary>
    /// <param name="device">Where the pass runs.</param>
    /// <param name="count">Samples of the batch, n.</param>
    /// <param name="samplesPerLane">With fewer a lane only repeats what every operator costs whatever its size.</param>
    public static Lanes LanesFor(Device device, int count, int samplesPerLane) => Lanes.For(device, count / samplesPerLane, MostLanes);

    /// <summary>Adds the pass's gradients to the weights' and gives its loss, a scalar without gradient.</summary>
    /// <param name="lanes">From <see cref="LanesFor"/>.</param>
    /// <param name="count">Samples of the batch, n.</param>
    /// <param name="precision">Opens the precision the loss is computed in.</param>
    /// <param name="loss">The mean loss of the samples from the first number up to the second, from 0 to n; called in a lane, with a dispose scope of its own. Draws nothing at random.</param>
    /// <param name="squares">Where the squares of gradients go that the pass leaves as they are; null for nowhere.</param>
    public static Tensor Backward(Lanes lanes, long count, Func<Autocast> precision, Func<long, long, Tensor> loss, GradientSquares? squares = null)
    {
        using var deferred = lanes.Count > 1 ? new DeferredGradients() : null;
        var losses = lanes.Split(count, (from, to) =>
        {
            using var scope = NewDisposeScope();
            using var waiting = deferred?.Enter(from);
            Tensor value;
            using (precision())
            {
                value = loss(from, to);
            }

            var share = to - from == count ? value : value * ((double)(to - from) / count);
            share.backward();
            return share.detach().DetachFromDisposeScope();
        });
        deferred?.Run(lanes, squares is null ? null : squares.Take);
        var sum = stack(losses).sum();
        foreach (var part in losses)
        {
            part.Dispose();
        }

        return sum;
    }
}
