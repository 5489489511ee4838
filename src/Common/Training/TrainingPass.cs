using Diptych.Common.Runtime;
using static TorchSharp.torch;

namespace Diptych.Common.Training;

/// <summary>
/// Loss and gradients of one pass. On a CPU small batches are split among <see cref="Lanes"/> where the method allows it: a step of the embedded model is a thousand small
/// operators, in each of which one of two cores mostly waits for the other.
/// </summary>
public sealed class TrainingPass : IDisposable
{
    // Textual Inversion's step of four of the embedded model in bf16: 79 ms on two cores, 60 split; in fp32 91 and 69. Where the network learns a tenth less, though each lane adds gradients of every weight.
    private const int SamplesPerLane = 2;

    // Eight of the embedded model's. Above it products are most of a step and use both cores themselves, and each lane would read all of the weights.
    private const long LargestLatents = 8 * 16 * 16;

    private readonly ITrainingStep _method;
    private readonly TrainingOptions _options;
    private Lanes? _lanes;

    /// <param name="method">The method.</param>
    /// <param name="options">The training's options.</param>
    public TrainingPass(ITrainingStep method, TrainingOptions options)
    {
        ArgumentNullException.ThrowIfNull(method);
        ArgumentNullException.ThrowIfNull(options);
        (_method, _options) = (method, options);
    }

    /// <summary>Of the gradients that the last pass was the first to compute.</summary>
    public GradientSquares Squares { get; } = new();

    /// <summary>Adds the pass's share of the step's gradients to what learns, and gives the pass's loss, without gradient.</summary>
    public Tensor Backward(TrainingBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        Squares.Clear();
        if (IsSplit(batch))
        {
            _lanes ??= SplitPass.LanesFor(batch.Latents.device, batch.Count, SamplesPerLane);
            return SplitPass.Backward(
                _lanes, batch.Count / _method.Groups, () => Autocast.For(batch.Latents.device, _options.MixedPrecision), (from, to) => _method.Loss(batch.Part(from, to, _method.Groups)), Squares);
        }

        Tensor loss;
        using (Autocast.For(batch.Latents.device, _options.MixedPrecision))
        {
            loss = _method.Loss(batch);
        }

        (_options.GradientAccumulationSteps == 1 ? loss : loss / _options.GradientAccumulationSteps).backward();
        return loss.detach();
    }

    /// <summary>Gives the calling thread its cores back, until the next pass.</summary>
    public void Dispose()
    {
        _lanes?.Dispose();
        _lanes = null;
    }

    // Parity is the reference's numbers, to the order of their sums.
    private bool IsSplit(TrainingBatch batch) =>
        _method.MayBeSplit && _options is { Parity: false, GradientAccumulationSteps: 1 }
        && batch.Latents.device_type == TorchSharp.DeviceType.CPU && batch.Count >= 2 * SamplesPerLane && batch.Count / _method.Groups >= 2 && batch.Latents.size(2) * batch.Latents.size(3) * batch.Count <= LargestLatents;
}
