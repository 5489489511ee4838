using Diptych.Common.Runtime;
using static TorchSharp.torch;

namespace Diptych.Common.Products;

/// <summary>A linear layer's three products (x W^T, and the gradients dy W and dy^T x) on contiguous fp32 tensors: x [rows, in], W [out, in], dy [rows, out]; in and out are multiples of sixteen.</summary>
internal sealed unsafe class LinearProduct : ILayerProduct
{
    private LinearProduct()
    {
    }

    /// <summary>[.., in] to [.., out].</summary>
    public static Tensor Forward(Tensor x, Tensor weight, Tensor? bias)
    {
        var (rows, inputs, outputs) = Sizes(x, weight);
        var y = empty([.. x.shape[..^1], outputs], dtype: ScalarType.Float32);
        MatrixProduct.Multiply(
            new ProductFactor(TensorData.Floats(x), inputs, 1), new TransposedPanels(TensorData.Floats(weight), inputs), rows, inputs, outputs / ProductKernel.HalfColumns,
            ProductTarget.Matrix(TensorData.Floats(y), outputs) with { ColumnBias = bias is null ? null : TensorData.Floats(bias) });
        return y;
    }

    /// <summary>The gradient of the input, [.., in].</summary>
    public static Tensor InputGradient(Tensor gradient, Tensor weight)
    {
        var (outputs, inputs) = ((int)weight.size(0), (int)weight.size(1));
        var rows = (int)(gradient.numel() / outputs);
        var result = empty([.. gradient.shape[..^1], inputs], dtype: ScalarType.Float32);
        MatrixProduct.Multiply(
            new ProductFactor(TensorData.Floats(gradient), outputs, 1), new RowPanels(TensorData.Floats(weight), inputs), rows, outputs, inputs / ProductKernel.HalfColumns,
            ProductTarget.Matrix(TensorData.Floats(result), inputs));
        return result;
    }

    /// <summary>The gradient of the weight, [out, in].</summary>
    public static Tensor WeightGradient(Tensor x, Tensor gradient, Tensor weight)
    {
        var (rows, inputs, outputs) = Sizes(x, weight);
        var result = empty([outputs, inputs], dtype: ScalarType.Float32);
        MatrixProduct.Multiply(
            new ProductFactor(TensorData.Floats(gradient), 1, outputs), new RowPanels(TensorData.Floats(x), inputs), outputs, rows, inputs / ProductKernel.HalfColumns,
            ProductTarget.Matrix(TensorData.Floats(result), inputs));
        return result;
    }

    /// <summary>The gradient of the bias, [out].</summary>
    public static Tensor BiasGradient(Tensor gradient)
    {
        using var rows = gradient.reshape(-1, gradient.size(-1));
        return rows.sum([0L]);
    }

    private static (int Rows, int Inputs, int Outputs) Sizes(Tensor x, Tensor weight)
    {
        var (outputs, inputs) = ((int)weight.size(0), (int)weight.size(1));
        return ((int)(x.numel() / inputs), inputs, outputs);
    }
}
