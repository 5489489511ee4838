using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;

namespace Diptych.Common.Runtime;

/// <summary>What TorchSharp's library asks of the C and C++ runtimes, against what the system has.</summary>
internal static class DoctorNative
{
    private const string Cpp = "GLIBCXX_";
    private const string C = "GLIBC_";

    private static readonly SearchValues<byte> VersionBytes = SearchValues.Create("0123456789."u8);

    public static IEnumerable<DoctorFinding> Check()
    {
        if (!OperatingSystem.IsLinux())
        {
            return [];
        }

        var library = TorchRuntime.FindTorchSharpLibrary();
        var content = library is null ? [] : File.ReadAllBytes(library);
        return
        [
            Judge("C library", C, Largest(content, C), CLibrary()),
            Judge("C++ library", Cpp, Largest(content, Cpp), CppLibrary()),
        ];
    }

    /// <summary>Compares what is needed with what is there; a need for a newer C++ library is met by the patched copy.</summary>
    public static DoctorFinding Judge(string name, string prefix, Version? needed, Version? found) => (needed, found) switch
    {
        (_, null) => DoctorFinding.Note(name, $"its version could not be read (TorchSharp asks for {prefix}{needed})"),
        (null, _) => DoctorFinding.Fine(name, $"{prefix}{found}"),
        var (n, f) when n <= f => DoctorFinding.Fine(name, $"{prefix}{f}; TorchSharp asks for {prefix}{n}"),
        _ when prefix == Cpp => DoctorFinding.Fine(name, $"{prefix}{found}; TorchSharp asks for {prefix}{needed}, a symbol it never uses: a patched copy is loaded instead"),
        _ => DoctorFinding.Problem(name, $"{prefix}{found}; TorchSharp asks for {prefix}{needed}", "use Debian 12, Ubuntu 22.04 or a newer system."),
    };

    /// <summary>The newest symbol version of a family that a library names, or null where it names none.</summary>
    public static Version? Largest(ReadOnlySpan<byte> library, string prefix)
    {
        ReadOnlySpan<byte> bytes = Encoding.ASCII.GetBytes(prefix);
        Version? largest = null;
        for (var rest = library; rest.IndexOf(bytes) is >= 0 and var at;)
        {
            rest = rest[(at + bytes.Length)..];
            var length = rest.IndexOfAnyExcept(VersionBytes);
            if (length > 0 && Version.TryParse(Encoding.ASCII.GetString(rest[..length]), out var version) && (largest is null || version > largest))
            {
                largest = version;
            }
        }

        return largest;
    }

    private static Version? CLibrary() =>
        NativeLibrary.TryLoad("libc.so.6", out var handle) && NativeLibrary.TryGetExport(handle, "gnu_get_libc_version", out var function)
            && Version.TryParse(VersionText(function), out var version) ? version : null;

    private static unsafe string? VersionText(nint function) => Marshal.PtrToStringAnsi(((delegate* unmanaged<nint>)function)());

    private static Version? CppLibrary()
    {
        if (!NativeLibrary.TryLoad("libstdc++.so.6", out _))
        {
            return null;
        }

        var path = File.ReadLines("/proc/self/maps").FirstOrDefault(l => l.Contains("/libstdc++.so", StringComparison.Ordinal));
        return path is null ? null : Largest(File.ReadAllBytes(path[path.IndexOf('/', StringComparison.Ordinal)..]), Cpp);
    }
}
