using static TorchSharp.torch;

namespace Diptych.Common.Weights;

/// <summary>Named tensors, wherever they are kept. Opening one reads names and shapes only; numbers are read on request, from any thread.</summary>
public interface IWeightSource : IDisposable
{
    /// <summary>What errors call it: the path it was opened by.</summary>
    string Path { get; }

    /// <summary>The files it reads from.</summary>
    IReadOnlyList<string> Files { get; }

    /// <summary>Every tensor by name.</summary>
    IReadOnlyDictionary<string, WeightEntry> Entries { get; }

    /// <summary>Free-form remarks the file carries, such as safetensors' <c>__metadata__</c> or a checkpoint's <c>global_step</c>.</summary>
    IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>
    /// Fills <paramref name="target"/> with consecutive elements of a tensor in row-major order, converted to the target's type, whatever its shape and device.
    /// Nothing but a block of a few megabytes is held besides the target.
    /// </summary>
    /// <param name="name">The tensor.</param>
    /// <param name="target">A contiguous tensor.</param>
    /// <param name="first">Number of the first element wanted.</param>
    /// <exception cref="DiptychException">There is no tensor of that name, or the file can no longer be read.</exception>
    /// <exception cref="ArgumentException">The tensor has fewer elements, or the target is not contiguous.</exception>
    void ReadInto(string name, Tensor target, long first = 0);
}
