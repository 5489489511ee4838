using System.Runtime.InteropServices;
using Diptych.Common.Runtime;
using static TorchSharp.torch;

namespace Diptych.Common.Cuda;

/// <summary>One argument of a kernel: a number or the address of a tensor's numbers in eight bytes, or a longer struct that lies elsewhere.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly unsafe struct KernelArgument
{
    // First, so that the argument's own address is that of its number.
    private readonly ulong _bits;

    private KernelArgument(ulong bits) => _bits = bits;

    private KernelArgument(void* elsewhere) => Elsewhere = elsewhere;

    /// <summary>Where the argument lies if not here.</summary>
    public void* Elsewhere { get; }

    public static implicit operator KernelArgument(int number) => new((ulong)(uint)number);

    public static implicit operator KernelArgument(long number) => new((ulong)number);

    public static implicit operator KernelArgument(float number) => new((ulong)BitConverter.SingleToUInt32Bits(number));

    public static implicit operator KernelArgument(bool yes) => new(yes ? 1UL : 0);

    public static implicit operator KernelArgument(Tensor? tensor) => new((ulong)Address(tensor));

    /// <summary>A struct passed by value, which must stay where it is until the launch.</summary>
    public static KernelArgument Struct(void* from) => new(from);

    /// <summary>The address of an element of a tensor's memory.</summary>
    public static KernelArgument At(Tensor tensor, long bytes) => new((ulong)(Address(tensor) + (nint)bytes));

    /// <summary>Where the first number of <paramref name="tensor"/> lies on its device; 0 for <see langword="null"/>.</summary>
    public static nint Address(Tensor? tensor) => tensor is null ? 0 : TensorData.Address(tensor);
}
