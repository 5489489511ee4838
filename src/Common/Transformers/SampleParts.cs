using Diptych.Common.Runtime;
using static TorchSharp.torch;

namespace Diptych.Common.Transformers;

/// <summary>A batch cut into parts of so many pictures that what lies between two layers stays near the processor; each part is one thread's.</summary>
internal sealed class SampleParts
{
    // Fewer would not pay for laying the weights out; more leave the second cache.
    private const int Rows = 256;

    private readonly SpatialShape _shape;
    private readonly int _samples;

    /// <summary>Cuts the batch.</summary>
    /// <param name="shape">The batch's sizes.</param>
    /// <param name="isWhole">Whether it must stay in one part, because parameters learn from all of it.</param>
    public SampleParts(SpatialShape shape, bool isWhole)
    {
        var samples = shape.Block.Samples;
        _shape = shape;
        _samples = isWhole ? samples : Math.Clamp(Rows / shape.Block.Pixels, 1, DividedUp(samples, Math.Min(samples, get_num_threads())));
        Count = DividedUp(samples, _samples);
    }

    /// <summary>How many parts there are.</summary>
    public int Count { get; }

    /// <summary>The sizes of all but the last part.</summary>
    public SpatialShape Largest => _shape.Part(_samples);

    /// <summary>Shares the parts out: told the first part's number and the one behind the last.</summary>
    public void Over(double operations, Action<int, int> work) => SharedWork.Over(Count, operations, work);

    /// <summary>A part's sizes.</summary>
    public SpatialShape Shape(int part) => _shape.Part(Math.Min(_samples, _shape.Block.Samples - (part * _samples)));

    /// <summary>Where a part's first picture lies, in numbers.</summary>
    public nint Picture(int part) => part * (nint)Largest.Numbers;

    /// <summary>Where its first text lies.</summary>
    public nint Text(int part) => part * (nint)Largest.TextNumbers;

    private static int DividedUp(int count, int by) => (count + by - 1) / by;
}
