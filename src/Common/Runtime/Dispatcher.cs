using System.Runtime.InteropServices;
using System.Text;
using static TorchSharp.torch;

namespace Diptych.Common.Runtime;

/// <summary>
/// Calls operators TorchSharp does not bind through libtorch's stable C interface (<c>torch_call_dispatcher</c>), with autograd recorded.
/// Arguments go onto a stack of 64-bit slots in the order of the operator's schema, defaulted and keyword-only ones included;
/// tensors are handed over as owning handles that the call frees.
/// </summary>
internal sealed unsafe class Dispatcher
{
    private static readonly Lazy<Dispatcher> Instance = new(() => new Dispatcher());

    private readonly delegate* unmanaged<ulong> _version;
    private readonly delegate* unmanaged<byte*, byte*, ulong*, ulong, int> _call;
    private readonly delegate* unmanaged<nint, nint*, int> _newHandle;
    private readonly delegate* unmanaged<nuint, nint*, int> _newList;
    private readonly delegate* unmanaged<nint, ulong, int> _pushBack;
    private readonly delegate* unmanaged<nuint, ulong*> _operatorNew;

    private Dispatcher()
    {
        var torchCpu = TorchRuntime.LibtorchCpu;
        _version = (delegate* unmanaged<ulong>)Export(torchCpu, "aoti_torch_abi_version");
        _call = (delegate* unmanaged<byte*, byte*, ulong*, ulong, int>)Export(torchCpu, "torch_call_dispatcher");
        _newHandle = (delegate* unmanaged<nint, nint*, int>)Export(torchCpu, "aoti_torch_new_tensor_handle");
        _newList = (delegate* unmanaged<nuint, nint*, int>)Export(torchCpu, "torch_new_list_reserve_size");
        _pushBack = (delegate* unmanaged<nint, ulong, int>)Export(torchCpu, "torch_list_push_back");
        // An optional argument is a slot from the C++ heap that libtorch deletes; operator new is reachable through any of its libraries.
        _operatorNew = (delegate* unmanaged<nuint, ulong*>)Export(torchCpu, "_Znwm");
    }

    public static Dispatcher Current => Instance.Value;

    public static ulong Number(double value) => (ulong)BitConverter.DoubleToInt64Bits(value);

    public ulong Handle(Tensor tensor)
    {
        nint handle;
        Check(_newHandle(tensor.Handle, &handle), "aoti_torch_new_tensor_handle");
        return (ulong)handle;
    }

    public ulong List(IReadOnlyList<Tensor> tensors)
    {
        nint list;
        Check(_newList((nuint)tensors.Count, &list), "torch_new_list_reserve_size");
        foreach (var tensor in tensors)
        {
            Check(_pushBack(list, Handle(tensor)), "torch_list_push_back");
        }

        return (ulong)list;
    }

    public ulong Optional(Tensor? tensor)
    {
        if (tensor is null)
        {
            return 0;
        }

        var slot = _operatorNew(sizeof(ulong));
        *slot = Handle(tensor);
        return (ulong)slot;
    }

    /// <summary>Calls an operator whose results, if any, are left in the stack's first slots.</summary>
    public void Call(string name, Span<ulong> stack, string overload = "")
    {
        fixed (byte* op = Encoding.UTF8.GetBytes(name + '\0'))
        fixed (byte* which = Encoding.UTF8.GetBytes(overload + '\0'))
        fixed (ulong* slots = stack)
        {
            Check(_call(op, which, slots, _version()), name);
        }

        GC.KeepAlive(this);
    }

    private static nint Export(nint library, string name) =>
        NativeLibrary.TryGetExport(library, name, out var address)
            ? address
            : throw new DiptychException($"This libtorch does not export {name}: use libtorch 2.10 or newer (diptych doctor shows which one is in use).");

    private static void Check(int status, string what)
    {
        if (status != 0)
        {
            throw new InvalidOperationException($"libtorch refused {what} (status {status}); its reason is on stderr.");
        }
    }
}
