using static TorchSharp.torch;

namespace Diptych.Common.Weights;

/// <summary>A CPU tensor's memory by address.</summary>
internal static unsafe class TensorMemory
{
    /// <summary>Address of the first element of a contiguous CPU tensor; <see cref="Tensor.bytes"/> reaches no further than two gigabytes.</summary>
    public static nint Address(Tensor tensor)
    {
        if (tensor.NumberOfElements == 0)
        {
            throw new ArgumentException("An empty tensor has no memory.", nameof(tensor));
        }

        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        // A span over the first element is enough to learn where the memory begins, however long it is.
        var first = tensor.detach().view(-1).narrow(0, 0, 1);
        fixed (byte* address = first.bytes)
        {
            return (nint)address;
        }
    }
}
