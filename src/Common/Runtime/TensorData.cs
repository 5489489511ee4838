using static TorchSharp.torch;

namespace Diptych.Common.Runtime;

/// <summary>What <c>x.data = y</c> is in Python: a tensor stays the same object for network, autograd and optimizer, with other numbers, of another type or on another device.</summary>
internal static class TensorData
{
    /// <summary>Gives <paramref name="tensor"/> the memory of <paramref name="numbers"/>, of the same shape.</summary>
    public static void Set(Tensor tensor, Tensor numbers)
    {
        Span<ulong> stack = [Dispatcher.Current.Handle(tensor), Dispatcher.Current.Handle(numbers)];
        Dispatcher.Current.Call("aten::set_data", stack);
    }
}
