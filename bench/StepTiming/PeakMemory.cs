using System.Globalization;

namespace Diptych.StepTiming;

/// <summary>The process's largest resident memory since a moment, as Linux keeps it.</summary>
internal static class PeakMemory
{
    private const string Status = "/proc/self/status";
    private const string Reset = "/proc/self/clear_refs";

    /// <summary>Forgets the peak so far; without effect where the system does not allow it.</summary>
    public static void Begin()
    {
        GC.Collect();
        if (File.Exists(Reset))
        {
            File.WriteAllText(Reset, "5");
        }
    }

    /// <summary>The peak in MB (10^6 bytes), or null where the system does not tell.</summary>
    public static double? Megabytes() => !File.Exists(Status)
        ? null
        : File.ReadLines(Status).Where(line => line.StartsWith("VmHWM:", StringComparison.Ordinal))
            .Select(line => (double?)(double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024 / 1e6)).FirstOrDefault();
}
