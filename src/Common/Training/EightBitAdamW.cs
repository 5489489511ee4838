using Diptych.Common.Cuda;
using Diptych.Common.Runtime;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Diptych.Common.Training;

/// <summary>
/// AdamW that keeps its two moments as bytes (Dettmers et al. 2022, "8-bit optimizers via block-wise quantization"): 2.03 bytes a weight beside 8, which
/// for Stable Diffusion 1.5 are 1.7 GB instead of 6.9. One kernel of ours on a GPU that has them; elsewhere a step reads the bytes as fp32, one parameter
/// after the other, so that of fp32 moments no more than the largest parameter's are there at a time.
/// </summary>
public sealed class EightBitAdamW : IOptimizer
{
    /// <summary>Parameters with fewer numbers keep fp32 moments.</summary>
    public const int SmallestEightBit = 4096;

    private readonly IReadOnlyList<Parameter> _parameters;
    private readonly AdamWOptions _options;
    private readonly AdamMoments[] _moments;
    private readonly Tensor[] _steps;
    private readonly CudaAdamW? _kernels;

    /// <summary>Starts with zero moments.</summary>
    /// <param name="parameters">What learns; moved and cast before.</param>
    /// <param name="options">AdamW's constants.</param>
    public EightBitAdamW(IReadOnlyList<Parameter> parameters, AdamWOptions options)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        (_parameters, _options) = (parameters, options);
        var hasKernels = CudaKernels.For(parameters[0]) is not null;
        _moments = [.. parameters.Select(parameter => AdamMoments.AsBytes(parameter, inMemoryOrder: hasKernels))];
        _kernels = hasKernels ? new CudaAdamW(parameters, parameters, _moments, options) : null;
        _steps = _kernels is { } kernels
            ? [.. parameters.Select(_ => kernels.Steps)]
            : [.. parameters.Select(parameter => zeros([], dtype: ScalarType.Float32, device: parameter.device).DetachFromDisposeScope())];
    }

    /// <inheritdoc/>
    public void Step(double learningRate, Tensor? gradientDivisor = null)
    {
        using var noGradient = no_grad();
        if (_kernels is not null)
        {
            using var rate = full([], learningRate, dtype: ScalarType.Float32, device: _parameters[0].device);
            _kernels.Step([.. _parameters.Select(parameter => parameter.grad)], rate, gradientDivisor);
            return;
        }

        var small = new FusedAdamW.Lists([], [], [], [], []);
        for (var i = 0; i < _parameters.Count; i++)
        {
            if (_parameters[i].grad is not { } gradient)
            {
                continue;
            }

            _steps[i].add_(SharedScalar.One, SharedScalar.One);
            if (_moments[i] is { MeanBytes: { } means, SquareBytes: { } squares })
            {
                using var scope = NewDisposeScope();
                var (mean, square) = (Like(_parameters[i], means.Read()), Like(_parameters[i], squares.Read()));
                FusedAdamW.Update(new([_parameters[i]], [gradient], [mean], [square], [_steps[i]]), learningRate, _options, gradientDivisor);
                means.Write(mean);
                squares.Write(square);
            }
            else
            {
                small.Add(_parameters[i], gradient, _moments[i].Mean!, _moments[i].Square!, _steps[i]);
            }
        }

        if (small.Parameters.Count > 0)
        {
            FusedAdamW.Update(small, learningRate, _options, gradientDivisor);
        }
    }

    /// <inheritdoc/>
    public Tensor GradientDivisor(double limit, GradientSquares? squares = null) => _kernels?.Divisor([.. _parameters.Select(parameter => parameter.grad)], limit) ?? GradientNorm.Divisor(_parameters, limit, squares);

    // The kernel takes moments only in their parameter's order in memory.
    private static Tensor Like(Tensor parameter, Tensor moments) =>
        parameter.stride().AsSpan().SequenceEqual(moments.stride()) ? moments : empty_like(parameter, requires_grad: false).copy_(moments);

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
        [new("weights", _parameters[parameter]), .. _moments[parameter].State(), new("steps", _steps[parameter])];

    /// <inheritdoc/>
    public void StateWasRead()
    {
        // The state is all there is.
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var (moments, steps) in _moments.Zip(_steps))
        {
            moments.Dispose();
            steps.Dispose();
        }

        _kernels?.Dispose();
    }
}
