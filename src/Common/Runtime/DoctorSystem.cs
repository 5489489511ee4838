using System.Runtime.InteropServices;

namespace Diptych.Common.Runtime;

/// <summary>The operating system and its memory.</summary>
internal static class DoctorSystem
{
    private const long Gigabyte = 1L << 30;

    // The embedded model trains in about 1.5 GB, libtorch and its buffers included.
    private const long NeededMemory = 2 * Gigabyte;

    public static DoctorFinding OperatingSystem()
    {
        var description = $"{RuntimeInformation.OSDescription}, {RuntimeInformation.OSArchitecture}, {RuntimeInformation.FrameworkDescription}";
        return System.OperatingSystem.IsLinux() && RuntimeInformation.OSArchitecture != Architecture.X64
            ? DoctorFinding.Problem("system", description, "use an x86-64 machine, or set DIPTYCH_LIBTORCH and build TorchSharp's native library for this one.")
            : DoctorFinding.Fine("system", description);
    }

    public static DoctorFinding Memory(long bytes) => bytes < NeededMemory
        ? DoctorFinding.Note("memory", Size(bytes), $"give the process {Size(NeededMemory)} or more, or lower --train-batch-size.")
        : DoctorFinding.Fine("memory", Size(bytes));

    public static string Size(long bytes) => FormattableString.Invariant($"{(double)bytes / Gigabyte:0.0} GB");
}
