using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TorchSharp;

namespace Diptych.Common.Runtime;

/// <summary>
/// Finds and loads libtorch before TorchSharp looks for it.
/// Two things need this on Linux: TorchSharp 0.107's native library asks for a C++ runtime newer than Debian 12's or Ubuntu 22.04's
/// (see <see cref="GlibcxxPatch"/>), and <c>DIPTYCH_LIBTORCH</c> may name the libtorch of an existing PyTorch.
/// </summary>
public static class TorchRuntime
{
    /// <summary>Environment variable naming a folder that holds another libtorch (a PyTorch wheel's <c>torch/lib</c>).</summary>
    public const string LibtorchVariable = "DIPTYCH_LIBTORCH";

    private const string TorchSharpLibrary = "libLibTorchSharp.so";

    private static readonly Lock Gate = new();
    private static nint s_torchSharpHandle;
    private static nint s_libtorchCpu;
    private static NativeLibraries? s_loaded;

    /// <summary>What was loaded, or <see langword="null"/> where TorchSharp's own search is used (Windows, macOS).</summary>
    public static NativeLibraries? Loaded => s_loaded;

    /// <summary>Handle of libtorch_cpu, for entry points TorchSharp does not bind; loads it first where needed.</summary>
    /// <exception cref="DiptychException">The library is missing or does not load.</exception>
    internal static nint LibtorchCpu
    {
        get
        {
            Load();
            return s_libtorchCpu != 0
                ? s_libtorchCpu
                : s_libtorchCpu = NativeLibrary.Load(OperatingSystem.IsWindows() ? "torch_cpu" : "libtorch_cpu", typeof(torch).Assembly, null);
        }
    }

    /// <summary>Loads the native libraries once. Safe to call from anywhere, any number of times.</summary>
    /// <exception cref="DiptychException">A library is missing or does not load; the message names the file and the remedy.</exception>
    public static void Load()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        lock (Gate)
        {
            s_loaded ??= LoadOnLinux();
        }
    }

#pragma warning disable CA2255 // A module initializer is the one place that runs before the first torch call of any program that uses this library.
    [ModuleInitializer]
    internal static void LoadWithModule()
    {
        try
        {
            Load();
        }
        catch (DiptychException)
        {
            // The programs call Load() themselves and print the reason; throwing here would hide it in a TypeInitializationException.
        }
    }
#pragma warning restore CA2255

    private static NativeLibraries LoadOnLinux()
    {
        var folder = LibtorchFolder();
        // libtorch.so is not pulled in by libtorch_cpu.so, and the CUDA libraries register themselves only when loaded by name.
        foreach (var name in (string[])["libc10.so", "libtorch_cpu.so", "libc10_cuda.so", "libtorch_cuda.so", "libtorch.so"])
        {
            var path = Path.Combine(folder, name);
            if (File.Exists(path))
            {
                var handle = LoadFile(path);
                s_libtorchCpu = name == "libtorch_cpu.so" ? handle : s_libtorchCpu;
            }
            else if (name is "libc10.so" or "libtorch_cpu.so" or "libtorch.so")
            {
                throw new DiptychException($"{path} is missing: {Remedy}");
            }
        }

        Nnpack.SwitchOffWithoutCaches(s_libtorchCpu);
        var shipped = FindTorchSharpLibrary()
            ?? throw new DiptychException($"{TorchSharpLibrary} is missing beside {AppContext.BaseDirectory}: restore and build again.");
        var patched = !NativeLibrary.TryLoad(shipped, out s_torchSharpHandle);
        var used = shipped;
        if (patched)
        {
            used = GlibcxxPatch.WritePatchedCopy(shipped);
            s_torchSharpHandle = LoadFile(used);
        }

        NativeLibrary.SetDllImportResolver(typeof(torch).Assembly, Resolve);
        var cuda = File.Exists(Path.Combine(folder, "libtorch_cuda.so"));
        SkipTorchSharpSearch("nativeBackendLoaded");
        if (cuda)
        {
            SkipTorchSharpSearch("nativeBackendCudaLoaded");
        }

        return new NativeLibraries(folder, used, patched, cuda);
    }

    /// <summary>TorchSharp's native library as it was shipped, or <see langword="null"/> where it is missing.</summary>
    internal static string? FindTorchSharpLibrary() => SearchFolders().Select(f => Path.Combine(f, TorchSharpLibrary)).FirstOrDefault(File.Exists);

    private const string Remedy = $"set {LibtorchVariable} to a folder that holds libtorch (a PyTorch wheel's torch/lib), or unset it and build again.";

    private static string LibtorchFolder()
    {
        var chosen = Environment.GetEnvironmentVariable(LibtorchVariable);
        if (!string.IsNullOrEmpty(chosen))
        {
            return Directory.Exists(chosen)
                ? Path.GetFullPath(chosen)
                : throw new DiptychException($"{LibtorchVariable}={chosen}: no such folder; {Remedy}");
        }

        return SearchFolders().FirstOrDefault(f => File.Exists(Path.Combine(f, "libtorch_cpu.so")))
            ?? throw new DiptychException($"libtorch_cpu.so is not beside {AppContext.BaseDirectory}; {Remedy}");
    }

    private static IEnumerable<string> SearchFolders()
    {
        var listed = AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") as string ?? "";
        return [AppContext.BaseDirectory, Path.Combine(AppContext.BaseDirectory, "runtimes", "linux-x64", "native"),
            .. listed.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)];
    }

    private static nint LoadFile(string path)
    {
        try
        {
            return NativeLibrary.Load(path);
        }
        catch (Exception e) when (e is DllNotFoundException or BadImageFormatException)
        {
            throw new DiptychException($"{path} does not load ({e.Message.ReplaceLineEndings(" ")}); {Remedy}", e);
        }
    }

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path) =>
        name.StartsWith("LibTorchSharp", StringComparison.Ordinal) ? s_torchSharpHandle : 0;

    // TorchSharp would probe the application's folder and load a second libtorch beside ours, which crashes.
    // Where a later TorchSharp has renamed the field, its search runs and finds the libraries that are loaded already.
    private static void SkipTorchSharpSearch(string field) =>
        typeof(torch).GetField(field, BindingFlags.NonPublic | BindingFlags.Static)?.SetValue(null, true);
}
