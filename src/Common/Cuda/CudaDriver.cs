using System.Runtime.InteropServices;

namespace Diptych.Common.Cuda;

/// <summary>The few functions of the NVIDIA driver that compiled kernels need: contexts, modules, launches.</summary>
internal sealed unsafe class CudaDriver
{
    private const int Multiprocessors = 16;
    private const int MajorCapability = 75;
    private const int MinorCapability = 76;

    private readonly delegate* unmanaged<int*, int, int> _deviceGet;
    private readonly delegate* unmanaged<int*, int, int, int> _deviceGetAttribute;
    private readonly delegate* unmanaged<nint*, int, int> _primaryContextRetain;
    private readonly delegate* unmanaged<nint*, int> _contextGetCurrent;
    private readonly delegate* unmanaged<nint, int> _contextSetCurrent;
    private readonly delegate* unmanaged<nint*, void*, int> _moduleLoadData;
    private readonly delegate* unmanaged<nint*, nint, byte*, int> _moduleGetFunction;
    private readonly delegate* unmanaged<int*, int, nint, int> _functionGetAttribute;
    private readonly delegate* unmanaged<nint, uint, uint, uint, uint, uint, uint, uint, nint, void**, void**, int> _launchKernel;
    private readonly delegate* unmanaged<int, byte**, int> _getErrorString;

    private CudaDriver(nint library)
    {
        _deviceGet = (delegate* unmanaged<int*, int, int>)NativeLibrary.GetExport(library, "cuDeviceGet");
        _deviceGetAttribute = (delegate* unmanaged<int*, int, int, int>)NativeLibrary.GetExport(library, "cuDeviceGetAttribute");
        _primaryContextRetain = (delegate* unmanaged<nint*, int, int>)NativeLibrary.GetExport(library, "cuDevicePrimaryCtxRetain");
        _contextGetCurrent = (delegate* unmanaged<nint*, int>)NativeLibrary.GetExport(library, "cuCtxGetCurrent");
        _contextSetCurrent = (delegate* unmanaged<nint, int>)NativeLibrary.GetExport(library, "cuCtxSetCurrent");
        _moduleLoadData = (delegate* unmanaged<nint*, void*, int>)NativeLibrary.GetExport(library, "cuModuleLoadData");
        _moduleGetFunction = (delegate* unmanaged<nint*, nint, byte*, int>)NativeLibrary.GetExport(library, "cuModuleGetFunction");
        _functionGetAttribute = (delegate* unmanaged<int*, int, nint, int>)NativeLibrary.GetExport(library, "cuFuncGetAttribute");
        _launchKernel = (delegate* unmanaged<nint, uint, uint, uint, uint, uint, uint, uint, nint, void**, void**, int>)NativeLibrary.GetExport(library, "cuLaunchKernel");
        _getErrorString = (delegate* unmanaged<int, byte**, int>)NativeLibrary.GetExport(library, "cuGetErrorString");
        Check(((delegate* unmanaged<uint, int>)NativeLibrary.GetExport(library, "cuInit"))(0), "cuInit");
    }

    /// <summary>Opens the driver.</summary>
    /// <exception cref="DiptychException">There is none, or it does not start.</exception>
    public static CudaDriver Open() => NativeLibrary.TryLoad("libcuda.so.1", out var library)
        ? new CudaDriver(library)
        : throw new DiptychException("libcuda.so.1 does not load: install the NVIDIA driver.");

    public int Device(int index)
    {
        int device;
        Check(_deviceGet(&device, index), "cuDeviceGet");
        return device;
    }

    public (int Major, int Minor) Capability(int device) => (Attribute(device, MajorCapability), Attribute(device, MinorCapability));

    public int MultiprocessorCount(int device) => Attribute(device, Multiprocessors);

    /// <summary>The context libtorch uses too; it is never given back, as libtorch's is not.</summary>
    public nint PrimaryContext(int device)
    {
        nint context;
        Check(_primaryContextRetain(&context, device), "cuDevicePrimaryCtxRetain");
        return context;
    }

    /// <summary>Makes <paramref name="context"/> this thread's, and says which one was: 0 for none.</summary>
    public nint Enter(nint context)
    {
        nint before;
        Check(_contextGetCurrent(&before), "cuCtxGetCurrent");
        if (before != context)
        {
            Check(_contextSetCurrent(context), "cuCtxSetCurrent");
        }

        return before;
    }

    /// <summary>Puts back what <see cref="Enter"/> found; a thread that had none keeps the new one.</summary>
    public void Leave(nint context, nint before)
    {
        if (before != 0 && before != context)
        {
            Check(_contextSetCurrent(before), "cuCtxSetCurrent");
        }
    }

    public nint LoadModule(ReadOnlySpan<byte> image)
    {
        nint module;
        fixed (byte* data = image)
        {
            Check(_moduleLoadData(&module, data), "cuModuleLoadData");
        }

        return module;
    }

    /// <summary>A kernel of a module, loaded now: a driver that loads lazily must not do so while a graph is being recorded.</summary>
    public nint Function(nint module, string name)
    {
        const int registers = 4;
        nint function;
        fixed (byte* text = System.Text.Encoding.ASCII.GetBytes(name + '\0'))
        {
            Check(_moduleGetFunction(&function, module, text), name);
        }

        int used;
        Check(_functionGetAttribute(&used, registers, function), name);
        return function;
    }

    public void Launch(nint function, string name, LaunchShape shape, nint stream, void** arguments) => Check(
        _launchKernel(function, (uint)shape.Across, (uint)shape.Down, 1, (uint)shape.Threads, 1, 1, (uint)shape.SharedBytes, stream, arguments, null), name);

    private int Attribute(int device, int which)
    {
        int value;
        Check(_deviceGetAttribute(&value, which, device), "cuDeviceGetAttribute");
        return value;
    }

    private void Check(int status, string what)
    {
        if (status != 0)
        {
            byte* text = null;
            _ = _getErrorString(status, &text);
            throw new DiptychException($"{what}: the NVIDIA driver answers {status} ({Marshal.PtrToStringUTF8((nint)text) ?? "unknown error"}).");
        }
    }
}
