using Diptych.Common.Products;

namespace Diptych.Common.Transformers;

/// <summary>The gradients of layers' parameters where somebody asks for them.</summary>
/// <param name="rows">Rows the layers see.</param>
internal readonly unsafe struct LayerGradients(int rows)
{
    /// <summary>A linear layer's.</summary>
    public void Linear(float* x, float* gradient, int inputs, int outputs, Affine result)
    {
        if (result.Weight is not null)
        {
            RowProducts.WeightGradient(x, gradient, rows, inputs, outputs, result.Weight);
        }

        if (result.Bias is not null)
        {
            RowProducts.BiasGradient(gradient, rows, outputs, result.Bias);
        }
    }

    /// <summary>A layer normalisation's; both or none.</summary>
    public void Norm(float* x, float* statistics, float* gradient, int width, Affine result)
    {
        if (result.Weight is not null)
        {
            new LayerNormKernel(width).ParameterGradients(x, rows, statistics, gradient, result.Weight, result.Bias);
        }
    }
}
