using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Diptych.Common.Runtime;

/// <summary>A tensor's memory: where it lies, and what <c>x.data = y</c> is in Python.</summary>
internal static unsafe class TensorData
{
    private static readonly delegate* unmanaged<nint, void**, int> DataPointer =
        (delegate* unmanaged<nint, void**, int>)NativeLibrary.GetExport(TorchRuntime.LibtorchCpu, "aoti_torch_get_data_ptr");

    /// <summary>Gives <paramref name="tensor"/> the memory of <paramref name="numbers"/>, of the same shape: it stays the same object for network, autograd and optimizer, with other numbers, of another type or on another device.</summary>
    public static void Set(Tensor tensor, Tensor numbers)
    {
        Span<ulong> stack = [Dispatcher.Current.Handle(tensor), Dispatcher.Current.Handle(numbers)];
        Dispatcher.Current.Call("aten::set_data", stack);
    }

    /// <summary>Where the first number of <paramref name="tensor"/> lies on its device; it stays there.</summary>
    public static nint Address(Tensor tensor)
    {
        void* address;
        return DataPointer(tensor.Handle, &address) == 0
            ? (nint)address
            : throw new InvalidOperationException("libtorch does not tell where a tensor's numbers lie; its reason is on stderr.");
    }

    /// <summary>The same for one of fp32 numbers on the CPU.</summary>
    public static float* Floats(Tensor tensor) => (float*)Address(tensor);
}
