using static TorchSharp.torch;

namespace Diptych.Common.Training;

/// <summary>Losses still on the device. Reading one waits for all work queued before it, so they are read together, every few steps.</summary>
internal sealed class UnreadLosses : IDisposable
{
    private readonly List<Tensor> _losses = [];

    /// <summary>Takes over scalar tensors that no dispose scope owns.</summary>
    public void Add(IEnumerable<Tensor> losses) => _losses.AddRange(losses);

    /// <summary>Reads and drops them; NaN where there are none.</summary>
    /// <param name="step">Optimizer steps done, for the message.</param>
    /// <exception cref="DiptychException">A loss is not a finite number.</exception>
    public double Mean(int step)
    {
        if (_losses.Count == 0)
        {
            return double.NaN;
        }

        var mean = _losses.Average(l => (double)l.item<float>());
        Dispose();
        return double.IsFinite(mean)
            ? mean
            : throw new DiptychException($"The loss is not a number any more at step {step}: lower --learning-rate, or check the photos and the model's weights.");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _losses.ForEach(l => l.Dispose());
        _losses.Clear();
    }
}
