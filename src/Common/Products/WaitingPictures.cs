using static TorchSharp.torch;

namespace Diptych.Common.Products;

/// <summary>A convolution's, over the pixels of pictures.</summary>
/// <param name="weight">[out, in, k, k].</param>
/// <param name="x">What came in.</param>
/// <param name="gradient">The gradient of what went out.</param>
internal sealed class WaitingPictures(Tensor weight, Tensor x, Tensor gradient) : WaitingGradient(weight)
{
    private readonly Tensor _x = x.alias().DetachFromDisposeScope();
    private readonly Tensor _gradient = gradient.alias().DetachFromDisposeScope();

    /// <inheritdoc/>
    public override long Operations => Weight.numel() * (_gradient.numel() / _gradient.size(1));

    /// <inheritdoc/>
    public override void Compute(IReadOnlyList<WaitingGradient> parts, Tensor result) =>
        ConvolutionProduct.WeightGradient([.. parts.Cast<WaitingPictures>().Select(part => (part._x, part._gradient))], result);

    /// <inheritdoc/>
    public override void Dispose()
    {
        _x.Dispose();
        _gradient.Dispose();
    }
}
