using static TorchSharp.torch;

namespace Diptych.Common.Products;

/// <summary>A weight's gradient over some of a pass's samples, which waits for the others' (<see cref="DeferredGradients"/>).</summary>
/// <param name="weight">The weight; it must outlive the pass.</param>
internal abstract class WaitingGradient(Tensor weight) : IDisposable
{
    /// <summary>The weight.</summary>
    public Tensor Weight { get; } = weight;

    /// <summary>Multiplications it takes.</summary>
    public abstract long Operations { get; }

    /// <summary>Computes the gradient over the samples of all parts.</summary>
    /// <param name="parts">This one and the others of the same weight, in the order of their samples.</param>
    /// <param name="result">Of the weight's shape, written over.</param>
    public abstract void Compute(IReadOnlyList<WaitingGradient> parts, Tensor result);

    /// <inheritdoc/>
    public abstract void Dispose();
}
