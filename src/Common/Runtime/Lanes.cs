using System.Diagnostics;
using System.Runtime.ExceptionServices;
using static TorchSharp.torch;

namespace Diptych.Common.Runtime;

/// <summary>
/// Threads that run libtorch's operators side by side, each on its own part of the work with its own share of the cores. Inside one operator OpenMP's threads
/// wait for each other thousands of times a step, so that whatever holds up one holds up all; lanes meet once.
/// </summary>
/// <remarks>
/// The calling thread is the first lane, and has its share of the cores only from the beginning to the end of this object: between two operators on all cores
/// OpenMP's threads wait busily, on a core that a lane could use. The other threads live as long and keep what they free (see <see cref="LaneMemory"/>).
/// Dispose scopes, autocast and gradient modes belong to a thread: a lane opens its own.
/// </remarks>
public sealed class Lanes : IDisposable
{
    [ThreadStatic]
    private static Lanes? t_latest;

    private readonly List<Lane> _others = [];
    private readonly int _threadsBefore = get_num_threads();
    private readonly Lanes? _before = t_latest;
    private bool _isRunning;

    /// <summary>Starts the lanes.</summary>
    /// <param name="count">How many, the calling thread's among them; at least 1.</param>
    public Lanes(int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        var threads = Math.Max(1, _threadsBefore / count);
        for (var i = 1; i < count; i++)
        {
            _others.Add(new Lane(threads));
        }

        set_num_threads(threads);
        t_latest = this;
    }

    /// <summary>Number of lanes.</summary>
    public int Count => _others.Count + 1;

    /// <summary>The lanes whose first is the calling thread, while they do nothing: its operators have only its share of the cores, so other work is shared out among them. Null without.</summary>
    internal static Lanes? Resting => t_latest is { _isRunning: false, Count: > 1 } lanes ? lanes : null;

    /// <summary>As many lanes as <paramref name="device"/> has cores and the work has parts, at most <paramref name="most"/>; on a GPU one.</summary>
    /// <param name="device">Where the work runs.</param>
    /// <param name="parts">Parts the work can be split into.</param>
    /// <param name="most">Most lanes.</param>
    public static Lanes For(Device device, long parts, int most)
    {
        ArgumentNullException.ThrowIfNull(device);
        return new Lanes(device.type == TorchSharp.DeviceType.CPU ? (int)Math.Clamp(Math.Min(parts, most), 1, get_num_threads()) : 1);
    }

    /// <summary>Runs <paramref name="work"/> once in each lane, with the lane's number from 0, and returns when all are done.</summary>
    /// <param name="work">What to do; the first lane's exception, or else another's, is thrown here as it was.</param>
    public void Run(Action<int> work)
    {
        ArgumentNullException.ThrowIfNull(work);
        if (_others.Count == 0)
        {
            work(0);
            return;
        }

        ExceptionDispatchInfo? failure = null;
        _isRunning = true;
        for (var i = 0; i < _others.Count; i++)
        {
            _others[i].Begin(work, i + 1);
        }

        try
        {
            work(0);
        }
        catch (Exception e)
        {
            // The others use what the caller will free: they end first.
            failure = ExceptionDispatchInfo.Capture(e);
        }

        foreach (var lane in _others)
        {
            var other = lane.End();
            failure ??= other;
        }

        _isRunning = false;
        failure?.Throw();
    }

    /// <summary>Runs <paramref name="work"/> in as many lanes as there are samples for, each on its share of them, and gives the results in order.</summary>
    /// <param name="count">Samples, n.</param>
    /// <param name="work">Called with the number of the first sample and the one behind the last, from 0 to n.</param>
    public T[] Split<T>(long count, Func<long, long, T> work)
    {
        ArgumentNullException.ThrowIfNull(work);
        var parts = (int)Math.Min(count, Count);
        var results = new T[parts];
        Run(lane =>
        {
            if (lane < parts)
            {
                results[lane] = work(count * lane / parts, count * (lane + 1) / parts);
            }
        });
        return results;
    }

    /// <summary>Does each item once, whichever lane is free, begun in their order; none is begun after one has failed.</summary>
    /// <param name="items">How many there are.</param>
    /// <param name="work">Called with an item's number; an exception is thrown here as it was.</param>
    public void Share(int items, Action<int> work)
    {
        ArgumentNullException.ThrowIfNull(work);
        if (items == 0)
        {
            return;
        }

        var next = -1;
        Run(_ =>
        {
            try
            {
                while (Interlocked.Increment(ref next) is var mine && mine < items)
                {
                    work(mine);
                }
            }
            catch
            {
                Interlocked.Exchange(ref next, items);
                throw;
            }
        });
    }

    /// <summary>The same as <see cref="Split{T}"/> for work without a result.</summary>
    public void Split(long count, Action<long, long> work)
    {
        ArgumentNullException.ThrowIfNull(work);
        Split(count, (from, to) =>
        {
            work(from, to);
            return true;
        });
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _others.ForEach(lane => lane.Dispose());
        set_num_threads(_threadsBefore);
        if (t_latest == this)
        {
            t_latest = _before;
        }
    }

    private sealed class Lane : IDisposable
    {
        private const int SpinsAtOnce = 8;
        private static readonly TimeSpan BusyWait = TimeSpan.FromMilliseconds(1);

        private readonly SemaphoreSlim _begin = new(0);
        private readonly SemaphoreSlim _end = new(0);
        private readonly Thread _thread;
        private Action<int>? _work;
        private int _number;
        private ExceptionDispatchInfo? _failure;

        public Lane(int threads)
        {
            _thread = new Thread(() => Live(threads)) { IsBackground = true };
            _thread.Start();
            _end.Wait();
        }

        public void Begin(Action<int> work, int number)
        {
            (_work, _number) = (work, number);
            _begin.Release();
        }

        public ExceptionDispatchInfo? End()
        {
            Await(_end);
            return _failure;
        }

        public void Dispose()
        {
            _work = null;
            _begin.Release();
            _thread.Join();
            _begin.Dispose();
            _end.Dispose();
        }

        // Within a step lanes part and meet again within a millisecond: waking a thread that sleeps takes a fifth of one in a virtual machine. Between steps they sleep.
        private static void Await(SemaphoreSlim signal)
        {
            var start = Stopwatch.GetTimestamp();
            while (signal.CurrentCount == 0 && Stopwatch.GetElapsedTime(start) < BusyWait)
            {
                Thread.SpinWait(SpinsAtOnce);
            }

            signal.Wait();
        }

        private void Live(int threads)
        {
            using var memory = new LaneMemory();
            set_num_threads(threads);
            _end.Release();
            while (true)
            {
                Await(_begin);
                if (_work is not { } work)
                {
                    return;
                }

                _failure = null;
                try
                {
                    work(_number);
                }
                catch (Exception e)
                {
                    // Whatever it is, it belongs to the caller: an exception that leaves a thread ends the process.
                    _failure = ExceptionDispatchInfo.Capture(e);
                }

                _end.Release();
            }
        }
    }
}
