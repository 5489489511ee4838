using Diptych.Common.Runtime;
using static TorchSharp.torch;

namespace Diptych.Common.Products;

/// <summary>A linear layer's three products (x W^T, and the gradients dy W and dy^T x) on contiguous fp32 tensors: x [rows, in], W [out, in], dy [rows, out]; in and out are multiples of sixteen.</summary>
internal static unsafe class LinearProduct
{
    /// <summary>[.., in] to [.., out].</summary>
    public static Tensor Forward(Tensor x, Tensor weight, Tensor? bias)
    {
        var (rows, inputs, outputs) = Sizes(x, weight);
        var y = empty([.. x.shape[..^1], outputs], dtype: ScalarType.Float32);
        MatrixProduct.Multiply(
            new ProductFactor(Numbers(x), inputs, 1), new TransposedPanels(Numbers(weight), inputs), rows, inputs, outputs / ProductKernel.HalfColumns,
            ProductTarget.Matrix(Numbers(y), outputs) with { ColumnBias = bias is null ? null : Numbers(bias) });
        return y;
    }

    /// <summary>The gradient of the input, [.., in].</summary>
    public static Tensor InputGradient(Tensor gradient, Tensor weight)
    {
        var (outputs, inputs) = ((int)weight.size(0), (int)weight.size(1));
        var rows = (int)(gradient.numel() / outputs);
        var result = empty([.. gradient.shape[..^1], inputs], dtype: ScalarType.Float32);
        MatrixProduct.Multiply(
            new ProductFactor(Numbers(gradient), outputs, 1), new RowPanels(Numbers(weight), inputs), rows, outputs, inputs / ProductKernel.HalfColumns,
            ProductTarget.Matrix(Numbers(result), inputs));
        return result;
    }

    /// <summary>The gradient of the weight, [out, in].</summary>
    public static Tensor WeightGradient(Tensor x, Tensor gradient, Tensor weight)
    {
        var (rows, inputs, outputs) = Sizes(x, weight);
        var result = empty([outputs, inputs], dtype: ScalarType.Float32);
        MatrixProduct.Multiply(
            new ProductFactor(Numbers(gradient), 1, outputs), new RowPanels(Numbers(x), inputs), outputs, rows, inputs / ProductKernel.HalfColumns,
            ProductTarget.Matrix(Numbers(result), inputs));
        return result;
    }

    private static (int Rows, int Inputs, int Outputs) Sizes(Tensor x, Tensor weight)
    {
        var (outputs, inputs) = ((int)weight.size(0), (int)weight.size(1));
        return ((int)(x.numel() / inputs), inputs, outputs);
    }

    private static float* Numbers(Tensor tensor) => (float*)TensorData.Address(tensor);
}
