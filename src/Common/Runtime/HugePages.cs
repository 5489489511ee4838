using System.Runtime.InteropServices;

namespace Diptych.Common.Runtime;

/// <summary>
/// Asks Linux for pages of two megabytes where a tensor is about to be filled. A model of four gigabytes has a million ordinary pages,
/// and meeting each for the first time costs more than copying into it.
/// </summary>
internal static partial class HugePages
{
    private const long PageBytes = 2L << 20;
    private const int MadviseHugePage = 14;

    /// <summary>Asks for large pages inside the stretch; where the system has none, nothing changes.</summary>
    public static void Advise(nint address, long length)
    {
        // Rounded inwards, so that no memory is asked for that the tensor does not have.
        var begin = (address + PageBytes - 1) / PageBytes * PageBytes;
        var end = (address + length) / PageBytes * PageBytes;
        if (OperatingSystem.IsLinux() && end > begin)
        {
            _ = Madvise((nint)begin, (nuint)(end - begin), MadviseHugePage);
        }
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Madvise(nint address, nuint length, int advice);
}
