using Diptych.Common;
using Diptych.Common.Runtime;

namespace Diptych.Tests.Common.Runtime;

public sealed class BriefThreadsTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(100)]
    public void Every_item_is_handled_once_on_threads_that_are_gone_afterwards(int count)
    {
        var handled = new int[count];
        var threads = new HashSet<Thread>();
        BriefThreads.ForEach([.. Enumerable.Range(0, count)], 3, i =>
        {
            Interlocked.Increment(ref handled[i]);
            lock (threads)
            {
                threads.Add(Thread.CurrentThread);
            }
        });
        Assert.All(handled, times => Assert.Equal(1, times));
        Assert.InRange(threads.Count, Math.Min(count, 1), 3);
        Assert.DoesNotContain(Thread.CurrentThread, threads);
        Assert.All(threads, thread => Assert.False(thread.IsAlive));
    }

    [Fact]
    public void An_exception_is_the_callers_and_stops_the_rest()
    {
        var handled = 0;
        var error = Assert.Throws<DiptychException>(() => BriefThreads.ForEach([.. Enumerable.Range(0, 1000)], 2, i =>
        {
            Interlocked.Increment(ref handled);
            Thread.Sleep(1);
            throw new DiptychException($"item {i}");
        }));
        Assert.StartsWith("item ", error.Message, StringComparison.Ordinal);
        Assert.InRange(handled, 1, 4);
    }
}
