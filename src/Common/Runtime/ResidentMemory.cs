using System.Diagnostics;
using System.Globalization;

namespace Diptych.Common.Runtime;

/// <summary>The process's resident memory, as the operating system counts it: weights, activations and mapped files.</summary>
public static class ResidentMemory
{
    private const string Status = "/proc/self/status";
    private const string References = "/proc/self/clear_refs";

    /// <summary>The largest so far in bytes: since the process began, or since <see cref="Forget"/>.</summary>
    public static long Peak
    {
        get
        {
            if (!OperatingSystem.IsLinux())
            {
                using var process = Process.GetCurrentProcess();
                return process.PeakWorkingSet64;
            }

            return Parse(File.ReadLines(Status).First(line => line.StartsWith("VmHWM:", StringComparison.Ordinal)));
        }
    }

    /// <summary>Begins the peak anew, where the system allows it (Linux).</summary>
    public static void Forget()
    {
        if (File.Exists(References))
        {
            File.WriteAllText(References, "5");
        }
    }

    /// <summary>Bytes of a line such as <c>VmHWM:    4404480 kB</c>; a tab stands before the number, and from eight digits on nothing else.</summary>
    internal static long Parse(string line) => long.Parse(line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024;
}
