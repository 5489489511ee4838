using Diptych.Common.Runtime;
using static TorchSharp.torch;

namespace Diptych.Tests.Common.Runtime;

// What it saves shows in the benchmark of DreamBooth's step; here, that it ends when it should and that memory can still be had.
public sealed class MemoryReuseTests
{
    [Fact]
    public void It_lasts_as_long_as_the_outermost_scope()
    {
        TorchRuntime.Load();
        Assert.False(MemoryReuse.IsKept);
        using (MemoryReuse.Begin())
        {
            MemoryReuse.Begin().Dispose();
            Assert.True(MemoryReuse.IsKept);
            using var large = ones(64 << 20);
            Assert.Equal(64 << 20, large.sum().item<float>());
        }

        Assert.False(MemoryReuse.IsKept);
    }

    [Fact]
    public void Ending_twice_ends_once()
    {
        using var outer = MemoryReuse.Begin();
        var inner = MemoryReuse.Begin();
        inner.Dispose();
        inner.Dispose();
        Assert.True(MemoryReuse.IsKept);
    }
}
