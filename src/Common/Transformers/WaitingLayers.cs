using Diptych.Common.Products;
using Diptych.Common.Runtime;
using static TorchSharp.torch;

namespace Diptych.Common.Transformers;

/// <summary>Gathers the gradients of linear layers' weights that wait for other samples' (<see cref="DeferredGradients"/>).</summary>
internal sealed unsafe class WaitingLayers
{
    private readonly Dictionary<nint, Tensor> _weights;
    private readonly List<WaitingRows> _gathered = [];

    private WaitingLayers(IEnumerable<Tensor> weights) => _weights = weights.ToDictionary(TensorData.Address);

    /// <summary>For a transformer's parameters; null where nothing waits.</summary>
    public static WaitingLayers? For(IEnumerable<Tensor> parameters) => DeferredGradients.AreHere ? new(parameters.Where(Waits)) : null;

    /// <summary>Whether a parameter's gradient would wait: a linear layer's weight that learns, by itself.</summary>
    public static bool Waits(Tensor parameter) => parameter.dim() > 1 && parameter.requires_grad && parameter.is_leaf;

    /// <summary>Takes one, if it is of those that wait.</summary>
    public void Add(float* weight, GradientRows rows, int inputs, int outputs)
    {
        if (_weights.TryGetValue((nint)weight, out var parameter))
        {
            _gathered.Add(new(parameter, rows, inputs, outputs));
        }
    }

    /// <summary>Hands them over with what their rows lie in.</summary>
    public void HandOver(params IEnumerable<Tensor> memory) => DeferredGradients.Take(_gathered, memory);
}
