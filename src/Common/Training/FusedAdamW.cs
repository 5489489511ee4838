using Diptych.Common.Runtime;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Diptych.Common.Training;

/// <summary>
/// AdamW in one kernel for all parameters (<c>aten::_fused_adamw_</c>), where TorchSharp's own runs nine small operators for each.
/// Moments are fp32 beside the parameters; build it after the parameters have been moved and cast, since it keeps their handles.
/// </summary>
public sealed class FusedAdamW : IOptimizer
{
    private readonly AdamWOptions _options;
    private readonly IReadOnlyList<Parameter> _parameters;
    private readonly List<Tensor> _means = [];
    private readonly List<Tensor> _squares = [];
    private readonly List<Tensor> _steps = [];

    /// <summary>Starts with zero moments.</summary>
    public FusedAdamW(IReadOnlyList<Parameter> parameters, AdamWOptions options)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        _parameters = parameters;
        _options = options;
        using var scope = NewDisposeScope();
        foreach (var parameter in parameters)
        {
            _means.Add(zeros_like(parameter, requires_grad: false).DetachFromDisposeScope());
            _squares.Add(zeros_like(parameter, requires_grad: false).DetachFromDisposeScope());
            _steps.Add(zeros([], dtype: ScalarType.Float32, device: parameter.device).DetachFromDisposeScope());
        }
    }

    /// <summary>First moments, one for each parameter in its shape.</summary>
    public IReadOnlyList<Tensor> Means => _means;

    /// <summary>Second moments, one for each parameter in its shape.</summary>
    public IReadOnlyList<Tensor> Squares => _squares;

    /// <summary>Steps taken, one scalar for each parameter.</summary>
    public IReadOnlyList<Tensor> Steps => _steps;

    /// <inheritdoc/>
    public void Step(double learningRate, Tensor? gradientDivisor = null) => Step(learningRate, gradientDivisor, 0, _parameters.Count);

    /// <summary>The same for some of the parameters, so that several threads can each update some.</summary>
    /// <param name="learningRate">This step's rate.</param>
    /// <param name="gradientDivisor">A scalar fp32 tensor every gradient is divided by first; null for none.</param>
    /// <param name="first">First parameter to update.</param>
    /// <param name="end">The one behind the last.</param>
    public void Step(double learningRate, Tensor? gradientDivisor, int first, int end)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        List<Tensor> parameters = [], gradients = [], means = [], squares = [], steps = [];
        for (var i = first; i < end; i++)
        {
            if (_parameters[i].grad is { } gradient)
            {
                parameters.Add(_parameters[i]);
                gradients.Add(gradient);
                means.Add(_means[i]);
                squares.Add(_squares[i]);
                // The kernel corrects for bias with the step's number, so the count comes first: at zero it would divide by zero.
                steps.Add(_steps[i].add_(SharedScalar.One, SharedScalar.One));
            }
        }

        if (parameters.Count > 0)
        {
            Update(parameters, gradients, means, squares, steps, learningRate, _options, gradientDivisor);
        }
    }

    /// <inheritdoc/>
    public void ZeroGradients()
    {
        foreach (var parameter in _parameters)
        {
            parameter.grad = null;
        }
    }

    /// <inheritdoc/>
    public IEnumerable<KeyValuePair<string, Tensor>> StateOf(int parameter) =>
        [new("weights", _parameters[parameter]), new("mean", _means[parameter]), new("square", _squares[parameter]), new("steps", _steps[parameter])];

    /// <inheritdoc/>
    public void StateWasRead()
    {
        // The state is all there is.
    }

    /// <summary>The kernel: updates parameters and moments in place. All lists have one entry for each parameter.</summary>
    internal static void Update(
        IReadOnlyList<Tensor> parameters, IReadOnlyList<Tensor> gradients, IReadOnlyList<Tensor> means, IReadOnlyList<Tensor> squares, IReadOnlyList<Tensor> steps,
        double learningRate, AdamWOptions options, Tensor? gradientDivisor)
    {
        var call = Dispatcher.Current;
        Span<ulong> stack =
        [
            call.List(parameters), call.List(gradients), call.List(means), call.List(squares), call.List([]), call.List(steps),
            Dispatcher.Number(learningRate), Dispatcher.Number(options.Beta1), Dispatcher.Number(options.Beta2),
            Dispatcher.Number(options.WeightDecay), Dispatcher.Number(options.Epsilon),
            0 /* amsgrad */, 0 /* maximize */, call.Optional(gradientDivisor) /* grad_scale */, 0 /* found_inf */,
        ];
        call.Call("aten::_fused_adamw_", stack);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var tensor in (IEnumerable<Tensor>)[.. _means, .. _squares, .. _steps])
        {
            tensor.Dispose();
        }
    }
}
