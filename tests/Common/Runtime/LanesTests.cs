using Diptych.Common;
using Diptych.Common.Runtime;
using static TorchSharp.torch;

namespace Diptych.Tests.Common.Runtime;

public sealed class LanesTests
{
    [Theory]
    [InlineData(1, 5)]
    [InlineData(2, 5)]
    [InlineData(3, 2)]
    public void Every_sample_is_in_one_lane_and_results_come_in_order(int count, int samples)
    {
        using var lanes = new Lanes(count);
        Assert.Equal(count, lanes.Count);
        for (var round = 0; round < 3; round++)
        {
            var parts = lanes.Split(samples, (from, to) => Enumerable.Range((int)from, (int)(to - from)).ToArray());
            Assert.Equal(Math.Min(count, samples), parts.Length);
            Assert.Equal(Enumerable.Range(0, samples), parts.SelectMany(part => part));
        }
    }

    [Theory]
    [InlineData(1, 5)]
    [InlineData(2, 5)]
    [InlineData(3, 2)]
    public void Every_item_is_done_once(int count, int items)
    {
        using var lanes = new Lanes(count);
        var done = new int[items];
        lanes.Share(items, item => Interlocked.Increment(ref done[item]));
        Assert.All(done, times => Assert.Equal(1, times));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void After_an_item_has_failed_none_is_begun(int count)
    {
        using var lanes = new Lanes(count);
        var done = 0;
        using var failed = new ManualResetEventSlim();
        var failure = Assert.Throws<DiptychException>(() => lanes.Share(1000, item =>
        {
            if (item == 0)
            {
                failed.Set();
                throw new DiptychException("the first");
            }

            failed.Wait();
            Thread.Sleep(1);
            Interlocked.Increment(ref done);
        }));
        Assert.Equal("the first", failure.Message);
        Assert.InRange(done, 0, 900);
    }

    [Fact]
    public void The_first_lane_is_the_caller_and_cores_are_shared_out_while_there_are_lanes()
    {
        var before = get_num_threads();
        var (threads, cores) = (new Thread[2], new int[2]);
        using (var lanes = new Lanes(2))
        {
            lanes.Run(lane => (threads[lane], cores[lane]) = (Thread.CurrentThread, get_num_threads()));
        }

        Assert.Same(Thread.CurrentThread, threads[0]);
        Assert.NotSame(threads[0], threads[1]);
        Assert.False(threads[1].IsAlive);
        Assert.All(cores, number => Assert.Equal(Math.Max(1, before / 2), number));
        Assert.Equal(before, get_num_threads());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void An_exception_in_any_lane_is_the_callers_after_all_have_ended(int failing)
    {
        using var lanes = new Lanes(2);
        var ended = 0;
        var error = Assert.Throws<DiptychException>(() => lanes.Run(lane =>
        {
            if (lane == failing)
            {
                throw new DiptychException($"lane {lane}");
            }

            Thread.Sleep(20);
            ended++;
        }));
        Assert.Equal($"lane {failing}", error.Message);
        Assert.Equal(1, ended);
        lanes.Run(_ => Interlocked.Increment(ref ended));
        Assert.Equal(3, ended);
    }

    [Fact]
    public void There_are_no_more_lanes_than_parts_or_cores()
    {
        var cores = get_num_threads();
        using var one = Lanes.For(CPU, parts: 1, most: 2);
        using var none = Lanes.For(CPU, parts: 0, most: 2);
        using var two = Lanes.For(CPU, parts: 100, most: 2);
        Assert.Equal(1, one.Count);
        Assert.Equal(1, none.Count);
        Assert.Equal(Math.Min(2, cores), two.Count);
    }

    [Fact]
    public void While_they_rest_other_work_is_shared_out_among_them()
    {
        Assert.Null(Lanes.Resting);
        using (var lanes = new Lanes(2))
        {
            Assert.Same(lanes, Lanes.Resting);
            var threads = new Thread?[2];
            SharedWork.Over(2, operations: 1e9, (from, to) => threads[from] = to == from + 1 ? Thread.CurrentThread : null);
            Assert.Same(Thread.CurrentThread, threads[0]);
            Assert.NotNull(threads[1]);
            Assert.NotSame(threads[0], threads[1]);
            lanes.Run(_ => Assert.Null(Lanes.Resting));
            Assert.Same(lanes, Lanes.Resting);
        }

        Assert.Null(Lanes.Resting);
        using var single = new Lanes(1);
        Assert.Null(Lanes.Resting);
    }
}
