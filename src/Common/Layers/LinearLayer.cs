using Diptych.Common.Products;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace Diptych.Common.Layers;

/// <summary>x W^T + b, by the faster of libtorch's product and ours (<see cref="OwnProducts"/>).</summary>
/// <remarks>State keys: <c>weight</c> [out, in], <c>bias</c> [out].</remarks>
public sealed class LinearLayer : nn.Module<Tensor, Tensor>
{
    [ComponentName(Name = "weight")]
    private readonly Parameter _weight;

    [ComponentName(Name = "bias")]
    private readonly Parameter? _bias;

    /// <summary>Creates the layer as PyTorch does: uniform within 1 / sqrt(inputs).</summary>
    /// <param name="inputs">Numbers of a token going in.</param>
    /// <param name="outputs">Numbers of a token coming out.</param>
    /// <param name="hasBias">Whether a bias is added.</param>
    public LinearLayer(long inputs, long outputs, bool hasBias = true)
        : base(nameof(LinearLayer))
    {
        var bound = 1 / Math.Sqrt(inputs);
        _weight = nn.Parameter(nn.init.uniform_(empty(outputs, inputs), -bound, bound));
        _bias = hasBias ? nn.Parameter(nn.init.uniform_(empty(outputs), -bound, bound)) : null;
        RegisterComponents();
    }

    /// <summary>W, [out, in].</summary>
    public Parameter Weight => _weight;

    /// <summary>b, [out], where there is one.</summary>
    public Parameter? Bias => _bias;

    /// <summary>[.., in] to [.., out].</summary>
    public override Tensor forward(Tensor input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return OwnProducts.CanMultiply(input, _weight) ? LayerFunction<LinearProduct>.Apply(input, _weight, _bias) : nn.functional.linear(input, _weight, _bias);
    }
}
