using System.Runtime.InteropServices;
using Diptych.Common.Runtime;

namespace Diptych.Tests.Common.Runtime;

public sealed unsafe class MemoryMapsTests
{
    [Fact]
    public void The_heap_is_found_in_one_piece_or_several()
    {
        string[] lines =
        [
            "555555554000-555555558000 r--p 00000000 08:01 131 /usr/bin/program",
            "55555557a000-55555559b000 rw-p 00000000 00:00 0                          [heap]",
            "55555559b000-7ffff0000000 rw-p 00000000 00:00 0                          [heap]",
            "7ffff7fb8000-7ffff7fba000 rw-p 00000000 00:00 0 ",
            "ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0                  [vsyscall]",
        ];

        Assert.Equal([(0x55555557a000, 0x21000), (0x55555559b000, 0x2aaa9aa65000)], MemoryMaps.Heap(lines).Select(piece => ((long)piece.Begin, piece.Length)));
    }

    [Fact]
    public void The_heap_of_this_process_is_in_its_list()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "only Linux lists it");

        Assert.All(MemoryMaps.Heap(), piece => Assert.True(piece is { Begin: > 0, Length: > 0 }));
        Assert.NotEmpty(MemoryMaps.Heap());
    }

    [Fact]
    public void What_is_gathered_into_large_pages_stays_what_it_was()
    {
        const int Count = 3 << 20;
        var numbers = (int*)NativeMemory.Alloc(Count, sizeof(int));
        try
        {
            for (var i = 0; i < Count; i++)
            {
                numbers[i] = i;
            }

            MemoryAdvice.Gather((nint)numbers, Count * sizeof(int));

            Assert.Equal(Enumerable.Range(0, Count), new Span<int>(numbers, Count).ToArray());
        }
        finally
        {
            NativeMemory.Free(numbers);
        }
    }
}
