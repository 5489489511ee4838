using Diptych.Common.Runtime;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Diptych.Common.Training;

/// <summary>
/// AdamW that keeps its two moments as bytes (Dettmers et al. 2022, "8-bit optimizers via block-wise quantization"): 2.03 bytes a weight beside 8, which
/// for Stable Diffusion 1.5 are 1.7 GB instead of 6.9. A step reads them as fp32, one parameter after the other, so that of fp32 moments no more than the
/// largest parameter's are there at a time; small parameters (biases, norms) keep fp32, as the paper's own implementation has it.
/// </summary>
public sealed class EightBitAdamW : IOptimizer
{
    /// <summary>Parameters with fewer numbers keep fp32 moments.</summary>
    public const int SmallestEightBit = 4096;

    private readonly IReadOnlyList<Parameter> _parameters;
    private readonly AdamWOptions _options;
    private readonly FusedAdamW _small;
    private readonly Moments?[] _moments;
    private readonly int[] _places;

    /// <summary>Starts with zero moments.</summary>
    /// <param name="parameters">What learns; moved and cast before.</param>
    /// <param name="options">AdamW's constants.</param>
    public EightBitAdamW(IReadOnlyList<Parameter> parameters, AdamWOptions options)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        (_parameters, _options) = (parameters, options);
        _moments = [.. parameters.Select(parameter => parameter.numel() < SmallestEightBit ? null : new Moments(parameter))];
        List<Parameter> small = [];
        _places = [.. parameters.Select((parameter, i) =>
        {
            if (_moments[i] is null)
            {
                small.Add(parameter);
            }

            return small.Count - 1;
        })];
        _small = new FusedAdamW(small, options);
    }

    /// <inheritdoc/>
    public void Step(double learningRate, Tensor? gradientDivisor = null)
    {
        _small.Step(learningRate, gradientDivisor);
        using var noGradient = no_grad();
        for (var i = 0; i < _parameters.Count; i++)
        {
            if (_moments[i] is { } moments && _parameters[i].grad is { } gradient)
            {
                using var scope = NewDisposeScope();
                var (mean, square) = (Like(_parameters[i], moments.Mean.Read()), Like(_parameters[i], moments.Square.Read()));
                FusedAdamW.Update(new([_parameters[i]], [gradient], [mean], [square], [moments.Steps.add_(SharedScalar.One, SharedScalar.One)]), learningRate, _options, gradientDivisor);
                moments.Mean.Write(mean);
                moments.Square.Write(square);
            }
        }
    }

    /// <inheritdoc/>
    public Tensor GradientDivisor(double limit) => GradientNorm.Divisor(_parameters, limit);

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
    public IEnumerable<KeyValuePair<string, Tensor>> StateOf(int parameter) => _moments[parameter] is not { } moments
        ? _small.StateOf(_places[parameter])
        :
        [
            new("weights", _parameters[parameter]), new("mean8", moments.Mean.Codes), new("mean8_largest", moments.Mean.Largest),
            new("square8", moments.Square.Codes), new("square8_largest", moments.Square.Largest), new("steps", moments.Steps),
        ];

    /// <inheritdoc/>
    public void StateWasRead()
    {
        // The state is all there is.
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _small.Dispose();
        foreach (var moments in _moments)
        {
            moments?.Dispose();
        }
    }

    private sealed class Moments(Parameter parameter) : IDisposable
    {
        public BlockwiseBytes Mean { get; } = new(parameter.shape, signed: true, parameter.device);

        public BlockwiseBytes Square { get; } = new(parameter.shape, signed: false, parameter.device);

        public Tensor Steps { get; } = zeros([], dtype: ScalarType.Float32, device: parameter.device).DetachFromDisposeScope();

        public void Dispose()
        {
            Mean.Dispose();
            Square.Dispose();
            Steps.Dispose();
        }
    }
}
