using System.Runtime.InteropServices;

namespace Diptych.Common.Runtime;

/// <summary>
/// Keeps freed memory with the process while something runs that will ask for the same again.
/// </summary>
/// <remarks>
/// glibc gives large blocks back to the system as they are freed. A training step over a UNet of 860 million weights frees its gradients, 3.4 GB and more, and
/// fetches them again in the next step one page of 4 KB at a time: with bf16 that took longer than computing them. What the main
/// thread frees is kept; large blocks of other threads still go back. Small freed blocks are not set aside either: every large block that is freed would
/// first sort them in, a tenth of a small model's step. Nothing changes elsewhere than on Linux with glibc, and nothing on a GPU, whose memory libtorch keeps itself.
/// </remarks>
public sealed unsafe partial class MemoryReuse : IDisposable
{
    // Names and defaults of mallopt(3).
    private const int LargestFastBlock = 1;
    private const int TrimThreshold = -1;
    private const int MappedBlock = -3;
    private const int MostMappedBlocks = -4;
    private const int DefaultMappedBlocks = 65_536;

    // Both grow by themselves with the blocks that are freed, until one of them is set: from then on a process keeps what was set. So they are left where they
    // would have grown to. With the values glibc starts with, every block of 128 KB and more would be fetched page by page for the rest of the process.
    private const int GrownMappedBlock = 32 << 20;
    private const int GrownTrimThreshold = 2 * GrownMappedBlock;

    private const int DefaultFastBlock = 128;
    private const int Never = -1;

    private static readonly Lock Gate = new();

    private static int s_depth;
    private static bool s_hasLargePages;

    private bool _ended;

    private MemoryReuse(bool largePages)
    {
        lock (Gate)
        {
            if (++s_depth == 1)
            {
                Set(mappedBlocks: 0, trimThreshold: Never, fastBlock: 0);
            }

            if (largePages && !s_hasLargePages)
            {
                s_hasLargePages = true;
                AskForLargePages();
            }
        }
    }

    /// <summary>Whether freed memory is being kept.</summary>
    internal static bool IsKept => Volatile.Read(ref s_depth) > 0;

    /// <summary>Keeps freed memory until the scope ends; then what is free goes back to the system.</summary>
    /// <param name="largePages">Whether what the main thread asks for meanwhile comes in pages of two megabytes where the system has them, which are met and found faster. Default yes.</param>
    public static MemoryReuse Begin(bool largePages = true) => new(largePages);

    /// <summary>
    /// Puts what the main thread filled before into large pages too: much of what it asks for is cut from that. A comparison takes .96 of the time.
    /// (Benchmarks do not: what the scripts they time have filled would come to lie in pages that Python does not ask for.)
    /// </summary>
    public static void Gather()
    {
        foreach (var (begin, length) in MemoryMaps.Heap())
        {
            MemoryAdvice.FillSoon(begin, length);
            MemoryAdvice.Gather(begin, length);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (Gate)
        {
            if (!_ended && --s_depth == 0)
            {
                s_hasLargePages = false;
                Set(DefaultMappedBlocks, GrownTrimThreshold, DefaultFastBlock);
                Try(() => Option(MappedBlock, GrownMappedBlock));
                Try(() => GiveBack(0));
            }

            _ended = true;
        }
    }

    private static void Set(int mappedBlocks, int trimThreshold, int fastBlock) =>
        Try(() => Option(MostMappedBlocks, mappedBlocks) & Option(TrimThreshold, trimThreshold) & Option(LargestFastBlock, fastBlock));

    // What the main thread will ask for is cut from one block that grows. Let grow as far as there is memory, it can be spoken of before it is there: until something is written it costs addresses alone.
    private static void AskForLargePages()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        // Less than all there is, which Linux gives to nobody.
        var most = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 8 * 7;
        try
        {
            var block = NativeMemory.Alloc((nuint)most);
            MemoryAdvice.FillSoon((nint)block, most);
            NativeMemory.Free(block);
        }
        catch (OutOfMemoryException)
        {
            // Addresses are rationed here (ulimit -v, overcommit): pages stay small.
        }
    }

    private static void Try(Func<int> call)
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        try
        {
            _ = call();
        }
        catch (EntryPointNotFoundException)
        {
            // Another C library: steps are slower, nothing else.
        }
    }

    [LibraryImport("libc", EntryPoint = "mallopt")]
    private static partial int Option(int name, int value);

    [LibraryImport("libc", EntryPoint = "malloc_trim")]
    private static partial int GiveBack(nuint keep);
}
