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
        RowProducts.Forward(TensorData.Floats(x), rows, inputs, TensorData.Floats(weight), outputs, bias is null ? null : TensorData.Floats(bias), TensorData.Floats(y));
        return y;
    }

    /// <summary>The gradient of the input, [.., in].</summary>
    public static Tensor InputGradient(Tensor gradient, Tensor weight)
    {
        var (outputs, inputs) = ((int)weight.size(0), (int)weight.size(1));
        var rows = (int)(gradient.numel() / outputs);
        var result = empty([.. gradient.shape[..^1], inputs], dtype: ScalarType.Float32);
        RowProducts.InputGradient(TensorData.Floats(gradient), rows, outputs, TensorData.Floats(weight), inputs, TensorData.Floats(result));
        return result;
    }

    /// <summary>The gradient of the weight, [out, in].</summary>
    public static Tensor WeightGradient(Tensor x, Tensor gradient, Tensor weight)
    {
        var (rows, inputs, outputs) = Sizes(x, weight);
        var result = empty([outputs, inputs], dtype: ScalarType.Float32);
        RowProducts.WeightGradient(TensorData.Floats(x), TensorData.Floats(gradient), rows, inputs, outputs, TensorData.Floats(result));
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
