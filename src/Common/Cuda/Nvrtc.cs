using System.Runtime.InteropServices;
using System.Text;
using Diptych.Common.Runtime;

namespace Diptych.Common.Cuda;

/// <summary>NVIDIA's run-time compiler, which PyTorch's wheels bring along: CUDA C in, machine code for one generation of devices out.</summary>
internal sealed unsafe class Nvrtc
{
    /// <summary>Environment variable naming the library where it lies in none of the usual places.</summary>
    public const string LibraryVariable = "DIPTYCH_NVRTC";

    private static readonly string[] Names = ["libnvrtc.so.13", "libnvrtc.so.12", "libnvrtc.so.11.2", "libnvrtc.so"];

    private readonly nint _library;
    private readonly delegate* unmanaged<int, byte*> _errorString;

    private Nvrtc(nint library, string file)
    {
        _library = library;
        File = file;
        _errorString = (delegate* unmanaged<int, byte*>)Export("nvrtcGetErrorString");
    }

    /// <summary>The library in use.</summary>
    public string File { get; }

    /// <summary>Loads the compiler.</summary>
    /// <exception cref="DiptychException">It is not found.</exception>
    public static Nvrtc Open()
    {
        foreach (var file in Candidates())
        {
            PreloadBuiltins(file);
            if (NativeLibrary.TryLoad(file, out var library))
            {
                return new Nvrtc(library, file);
            }
        }

        throw new DiptychException($"libnvrtc is not found: set {LibraryVariable} to it (PyTorch's wheels bring it in nvidia/*/lib).");
    }

    /// <summary>Compiles for devices of one compute capability: to their machine code (an ELF image), or to PTX where this compiler is older than they are.</summary>
    /// <exception cref="DiptychException">The source does not compile; the message holds the compiler's.</exception>
    public byte[] Compile(string source, int major, int minor)
    {
        var wanted = (major * 10) + minor;
        var known = SupportedArchitectures();
        var native = known.Count == 0 || known.Contains(wanted);
        var architecture = native ? wanted : known.Where(one => one <= wanted).DefaultIfEmpty(wanted).Max();
        nint program;
        fixed (byte* text = Terminated(source))
        fixed (byte* name = Terminated("Kernels.cu"))
        fixed (byte* target = Terminated($"--gpu-architecture={(native ? "sm" : "compute")}_{architecture}"))
        fixed (byte* standard = Terminated("--std=c++17"))
        {
            var create = (delegate* unmanaged<nint*, byte*, byte*, int, byte**, byte**, int>)Export("nvrtcCreateProgram");
            Check(create(&program, text, name, 0, null, null), "nvrtcCreateProgram");
            try
            {
                var options = stackalloc byte*[] { target, standard };
                var status = ((delegate* unmanaged<nint, int, byte**, int>)Export("nvrtcCompileProgram"))(program, 2, options);
                return status == 0
                    ? Output(program, native ? "nvrtcGetCUBIN" : "nvrtcGetPTX")
                    : throw new DiptychException($"{File} refuses the kernels: {Message(status)}. {Encoding.UTF8.GetString(Output(program, "nvrtcGetProgramLog")).TrimEnd('\0').Trim()}");
            }
            finally
            {
                _ = ((delegate* unmanaged<nint*, int>)Export("nvrtcDestroyProgram"))(&program);
            }
        }
    }

    /// <summary>Where the library may be, best guess first.</summary>
    private static IEnumerable<string> Candidates()
    {
        if (Environment.GetEnvironmentVariable(LibraryVariable) is { Length: > 0 } chosen)
        {
            yield return chosen;
        }

        foreach (var folder in Folders().Where(Directory.Exists))
        {
            foreach (var name in Names.Select(name => Path.Combine(folder, name)).Where(System.IO.File.Exists))
            {
                yield return name;
            }
        }

        // Links against the compiler and knows where its wheel lies; from then on a bare name finds it.
        if (TorchRuntime.Loaded is { } loaded)
        {
            _ = NativeLibrary.TryLoad(Path.Combine(loaded.LibtorchFolder, "libcaffe2_nvrtc.so"), out _);
        }

        foreach (var name in Names)
        {
            yield return name;
        }
    }

    private static IEnumerable<string> Folders()
    {
        if (TorchRuntime.Loaded is { } loaded)
        {
            var packages = Path.GetFullPath(Path.Combine(loaded.LibtorchFolder, "..", ".."));
            yield return loaded.LibtorchFolder;
            yield return Path.Combine(packages, "nvidia", "cu13", "lib");
            yield return Path.Combine(packages, "nvidia", "cuda_nvrtc", "lib");
            yield return Path.Combine(packages, "nvidia", "cu12", "lib");
        }

        yield return "/usr/local/cuda/lib64";
    }

    // The compiler looks for its second library by bare name, which finds one that is loaded already.
    private static void PreloadBuiltins(string file)
    {
        if (Path.GetDirectoryName(file) is { Length: > 0 } folder && Directory.Exists(folder))
        {
            foreach (var builtins in Directory.GetFiles(folder, "libnvrtc-builtins.so*"))
            {
                _ = NativeLibrary.TryLoad(builtins, out _);
            }
        }
    }

    private List<int> SupportedArchitectures()
    {
        int count;
        if (!NativeLibrary.TryGetExport(_library, "nvrtcGetNumSupportedArchs", out var number) || ((delegate* unmanaged<int*, int>)number)(&count) != 0 || count == 0)
        {
            return [];
        }

        var all = new int[count];
        fixed (int* first = all)
        {
            Check(((delegate* unmanaged<int*, int>)Export("nvrtcGetSupportedArchs"))(first), "nvrtcGetSupportedArchs");
        }

        return [.. all];
    }

    private byte[] Output(nint program, string what)
    {
        nuint size;
        Check(((delegate* unmanaged<nint, nuint*, int>)Export(what + "Size"))(program, &size), what);
        var output = new byte[size];
        fixed (byte* first = output)
        {
            Check(((delegate* unmanaged<nint, byte*, int>)Export(what))(program, first), what);
        }

        return output;
    }

    private static byte[] Terminated(string text) => Encoding.UTF8.GetBytes(text + '\0');

    private nint Export(string name) => NativeLibrary.TryGetExport(_library, name, out var address)
        ? address
        : throw new DiptychException($"{File} lacks {name}: use an NVRTC of CUDA 11.2 or newer.");

    private string Message(int status) => Marshal.PtrToStringUTF8((nint)_errorString(status)) ?? "unknown error";

    private void Check(int status, string what)
    {
        if (status != 0)
        {
            throw new DiptychException($"{what}: {Message(status)}.");
        }
    }
}
