using static TorchSharp.torch;

namespace Diptych.Common.Weights;

/// <summary>Networks whose parameters have names and shapes but no memory yet (libtorch's "meta" device).</summary>
public static unsafe class UnallocatedNetwork
{
    private static readonly Lock Gate = new();

    /// <summary>
    /// Builds a network without drawing its random initial weights, which for a billion parameters takes longer than reading them.
    /// The default device is changed for the whole process meanwhile: no other thread may create tensors.
    /// </summary>
    /// <param name="build">Calls the network's constructor.</param>
    public static T Build<T>(Func<T> build)
        where T : nn.Module
    {
        ArgumentNullException.ThrowIfNull(build);
        lock (Gate)
        {
            var device = get_default_device();
            set_default_device(META);
            try
            {
                return build();
            }
            finally
            {
                set_default_device(device);
            }
        }
    }

    /// <summary>Whether a tensor has no memory.</summary>
    public static bool IsUnallocated(Tensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        return tensor.device_type == TorchSharp.DeviceType.META;
    }

    /// <summary>The type a network's tensor has where it is placed.</summary>
    internal static ScalarType TypeOf(Tensor tensor, WeightPlacement placement) =>
        tensor.dtype is ScalarType.Float32 or ScalarType.Float16 or ScalarType.BFloat16 ? placement.Dtype : tensor.dtype;

    /// <summary>Gives a network's tensor memory, uninitialised, on a device and in a type. Whether it asks for a gradient stays as it was.</summary>
    internal static void Allocate(Tensor tensor, WeightPlacement placement)
    {
        using var memory = empty(tensor.shape, dtype: TypeOf(tensor, placement), device: placement.Device);
        Give(tensor, memory);
    }

    /// <summary>Gives a network's tensor the memory of another, which is left without.</summary>
    internal static void Give(Tensor tensor, Tensor memory)
    {
        memory.requires_grad = tensor.requires_grad;
        // A C++ Tensor is one counted pointer, and TorchSharp's handle is its address: exchanging the pointers gives every holder of the
        // parameter the new memory. TorchSharp has no other way that works for modules of every kind.
        var mine = (nint*)tensor.Handle;
        var other = (nint*)memory.Handle;
        (*mine, *other) = (*other, *mine);
    }
}
