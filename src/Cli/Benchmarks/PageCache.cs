using System.Runtime.InteropServices;

namespace Diptych.Cli.Benchmarks;

/// <summary>Drops files from Linux's cache, so that they are read from the disk.</summary>
internal static partial class PageCache
{
    private const int DontNeed = 4;

    public static void Drop(IEnumerable<string> files)
    {
        foreach (var path in files)
        {
            using var file = File.OpenHandle(path);
            if (OperatingSystem.IsLinux())
            {
                _ = Advise((int)file.DangerousGetHandle(), 0, 0, DontNeed);
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "posix_fadvise")]
    private static partial int Advise(int file, long offset, long length, int advice);
}
