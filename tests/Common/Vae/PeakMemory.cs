using System.Globalization;
using System.Runtime.InteropServices;

namespace Diptych.Tests.Common.Vae;

/// <summary>The most memory the process held while something ran, beyond what it held before. Linux keeps that number and lets it be reset.</summary>
internal static partial class PeakMemory
{
    /// <summary>Bytes; skips the running test where the system does not tell.</summary>
    public static long Of(Action work)
    {
        const string Reset = "/proc/self/clear_refs";
        Assert.SkipUnless(File.Exists(Reset), "needs /proc/self/clear_refs, which this system lacks");
        GC.Collect();

        // What the allocator keeps for later would hide what is asked for next.
        _ = Trim(0);
        File.WriteAllText(Reset, "5");
        var before = Read("VmRSS:");
        work();
        return Read("VmHWM:") - before;
    }

    [LibraryImport("libc", EntryPoint = "malloc_trim")]
    private static partial int Trim(nuint keep);

    private static long Read(string name) =>
        1024 * long.Parse(File.ReadLines("/proc/self/status").First(line => line.StartsWith(name, StringComparison.Ordinal))[name.Length..].Replace("kB", "", StringComparison.Ordinal).Trim(), CultureInfo.InvariantCulture);
}
