using System.Runtime.InteropServices;

namespace Diptych.Common.Runtime;

/// <summary>Tells Linux what memory is about to be used for. Elsewhere, and where the system cannot follow, nothing changes but speed.</summary>
internal static partial class MemoryAdvice
{
    private const long Page = 4096;
    private const long LargePage = 2L << 20;
    private const int WantLargePages = 14;
    private const int PopulateForReading = 22;
    private const int GatherIntoLargePages = 25;
    private const int InvalidArgument = 22;

    /// <summary>
    /// Asks for pages of two megabytes where a tensor is about to be filled: a model of four gigabytes has a million ordinary pages, and
    /// meeting each for the first time costs more than copying into it.
    /// </summary>
    public static void FillSoon(nint address, long length)
    {
        var (begin, end) = LargePagesOf(address, length);
        if (OperatingSystem.IsLinux() && end > begin)
        {
            _ = Advise((nint)begin, (nuint)(end - begin), WantLargePages);
        }
    }

    /// <summary>Puts what has been filled page by page into large pages, wherever there is any in one; takes about a thousandth of a second for each three.</summary>
    public static void Gather(nint address, long length)
    {
        var (begin, end) = LargePagesOf(address, length);
        for (var at = begin; OperatingSystem.IsLinux() && at < end; at += LargePage)
        {
            // One by one: at the first that cannot be had, the system leaves the rest as it is. Kernels before 6.1 do not know this advice.
            _ = Advise((nint)at, (nuint)LargePage, GatherIntoLargePages);
        }
    }

    /// <summary>Asks for such pages around memory that is read again and again; what lies beside it may get them too.</summary>
    public static void ReadOften(nint address, long length)
    {
        var begin = address / LargePage * LargePage;
        if (OperatingSystem.IsLinux())
        {
            _ = Advise((nint)begin, (nuint)((address + length + LargePage - 1) / LargePage * LargePage - begin), WantLargePages);
        }
    }

    /// <summary>Brings the pages of a mapped file into memory, all at once instead of one at a time when they are first read.</summary>
    /// <returns>Whether they are there; false where the file cannot be read.</returns>
    public static bool Populate(nint address, long length)
    {
        var begin = address / Page * Page;
        // Kernels before 5.14 do not know this advice: there the pages come when they are read.
        return !OperatingSystem.IsLinux() || Advise((nint)begin, (nuint)(address + length - begin), PopulateForReading) == 0 || Marshal.GetLastPInvokeError() == InvalidArgument;
    }

    // Rounded inwards, so that no memory is asked for that is another's.
    private static (long Begin, long End) LargePagesOf(nint address, long length) => ((address + LargePage - 1) / LargePage * LargePage, (address + length) / LargePage * LargePage);

    [LibraryImport("libc", EntryPoint = "madvise", SetLastError = true)]
    private static partial int Advise(nint address, nuint length, int advice);
}
