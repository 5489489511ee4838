using Diptych.Common.Runtime;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Diptych.Common.Training;

/// <summary>
/// AdamW in one pass over all parameters, where TorchSharp's own runs nine small operators for each: on the CPU <see cref="WeightKernel"/>, elsewhere and where the rate is a tensor <c>aten::_fused_adamw_</c>.
/// Moments are fp32 beside the parameters; build it after the parameters have been moved and cast, since it keeps their handles.
/// </summary>
public sealed class FusedAdamW : ICapturableOptimizer
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
    public void Step(double learningRate, Tensor? gradientDivisor = null)
    {
        Step(learningRate, gradientDivisor, 0, _parameters.Count);
    }

    /// <inheritdoc/>
    public void Step(Tensor learningRate, Tensor? gradientDivisor = null) =>
        Step(0, _parameters.Count, lists => Update(lists, learningRate, _options, gradientDivisor));

    /// <inheritdoc/>
    public Tensor GradientDivisor(double limit, GradientSquares? squares = null) => GradientNorm.Divisor(_parameters, limit, squares);

    /// <summary>The same for some of the parameters, so that several threads can each update some.</summary>
    /// <param name="learningRate">This step's rate.</param>
    /// <param name="gradientDivisor">A scalar fp32 tensor every gradient is divided by first; null for none.</param>
    /// <param name="first">First parameter to update.</param>
    /// <param name="end">The one behind the last.</param>
    public void Step(double learningRate, Tensor? gradientDivisor, int first, int end) =>
        Step(first, end, lists => Update(lists, learningRate, _options, gradientDivisor), (learningRate, gradientDivisor));

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

    /// <summary>The kernel: updates parameters and moments in place.</summary>
    internal static void Update(in Lists lists, double learningRate, AdamWOptions options, Tensor? gradientDivisor) =>
        Update(lists, Dispatcher.Number(learningRate), "", options, gradientDivisor);

    /// <summary>The same with the rate in a scalar fp32 tensor on the parameters' device.</summary>
    internal static void Update(in Lists lists, Tensor learningRate, AdamWOptions options, Tensor? gradientDivisor) =>
        Update(lists, Dispatcher.Current.Handle(learningRate), "tensor_lr", options, gradientDivisor);

    private static void Update(in Lists lists, ulong learningRate, string overload, AdamWOptions options, Tensor? gradientDivisor)
    {
        var call = Dispatcher.Current;
        Span<ulong> stack =
        [
            call.List(lists.Parameters), call.List(lists.Gradients), call.List(lists.Means), call.List(lists.Squares), call.List([]), call.List(lists.Steps),
            learningRate, Dispatcher.Number(options.Beta1), Dispatcher.Number(options.Beta2),
            Dispatcher.Number(options.WeightDecay), Dispatcher.Number(options.Epsilon),
            0 /* amsgrad */, 0 /* maximize */, call.Optional(gradientDivisor) /* grad_scale */, 0 /* found_inf */,
        ];
        call.Call("aten::_fused_adamw_", stack, overload);
    }

    private void Step(int first, int end, Action<Lists> update, (double Rate, Tensor? Divisor)? onCpu = null)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        List<WeightKernel.Weight> own = [];
        var lists = new Lists([], [], [], [], []);
        double? divisor = null;
        for (var i = first; i < end; i++)
        {
            if (_parameters[i].grad is not { } gradient)
            {
                continue;
            }

            if (onCpu is { } by && WeightKernel.Reads(_parameters[i], gradient))
            {
                divisor ??= by.Divisor?.item<float>() ?? 1;
                own.Add(new(_parameters[i], gradient, _means[i], _squares[i], new AdamWFactors(_options, by.Rate, divisor.Value, WeightKernel.CountStep(_steps[i]))));
            }
            else
            {
                // The kernel corrects for bias with the step's number, so the count comes first: at zero it would divide by zero.
                lists.Add(_parameters[i], gradient, _means[i], _squares[i], _steps[i].add_(SharedScalar.One, SharedScalar.One));
            }
        }

        WeightKernel.Update(own);
        if (lists.Parameters.Count > 0)
        {
            update(lists);
        }
    }

    /// <summary>What the kernel works on: each list has one entry for each parameter.</summary>
    internal readonly record struct Lists(List<Tensor> Parameters, List<Tensor> Gradients, List<Tensor> Means, List<Tensor> Squares, List<Tensor> Steps)
    {
        /// <summary>Adds a parameter.</summary>
        public void Add(Tensor parameter, Tensor gradient, Tensor mean, Tensor square, Tensor steps)
        {
            Parameters.Add(parameter);
            Gradients.Add(gradient);
            Means.Add(mean);
            Squares.Add(square);
            Steps.Add(steps);
        }
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
