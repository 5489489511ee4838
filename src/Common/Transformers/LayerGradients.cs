using Diptych.Common.Products;

namespace Diptych.Common.Transformers;

/// <summary>The gradients of layers' parameters where somebody asks for them.</summary>
/// <param name="rows">Rows the layers see.</param>
/// <param name="waiting">Told of linear layers' weights whose gradients wait for other samples'; null where none does.</param>
internal readonly unsafe struct LayerGradients(int rows, WaitingLayers? waiting)
{
    /// <summary>A linear layer's.</summary>
    /// <param name="x">[rows, inputs].</param>
    /// <param name="gradient">[rows, outputs].</param>
    /// <param name="inputs">Numbers of a row that comes in.</param>
    /// <param name="outputs">Numbers of one that goes out.</param>
    /// <param name="weight">W.</param>
    /// <param name="result">Where the gradients go.</param>
    public void Linear(float* x, float* gradient, int inputs, int outputs, float* weight, Affine result)
    {
        waiting?.Add(weight, new(x, gradient, rows), inputs, outputs);
        if (result.Weight is not null)
        {
            RowProducts.WeightGradient(x, gradient, rows, inputs, outputs, result.Weight);
        }

        if (result.Bias is not null)
        {
            RowProducts.BiasGradient(gradient, rows, outputs, result.Bias);
        }
    }

    /// <summary>The same of layers that see other rows.</summary>
    public LayerGradients Of(int otherRows) => new(otherRows, waiting);

    /// <summary>A layer normalisation's; both or none.</summary>
    public void Norm(float* x, float* statistics, float* gradient, int width, Affine result)
    {
        if (result.Weight is not null)
        {
            new LayerNormKernel(width).ParameterGradients(x, rows, statistics, gradient, result.Weight, result.Bias);
        }
    }
}
