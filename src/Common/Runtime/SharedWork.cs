using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Diptych.Common.Runtime;

/// <summary>
/// Shares work on plain memory out among as many threads as libtorch's operators use in the calling thread, so that a lane keeps to its own core. They are libtorch's own, OpenMP's: between two
/// operators those wait busily, so that threads besides them would wait for a core. Where the calling thread has lanes that rest, it is shared out among those.
/// </summary>
internal static unsafe class SharedWork
{
    // A twentieth of a millisecond of one core: waking another that waits busily takes some thousandths.
    private const double LeastOperations = 1e7;

    // Work inside of work is its thread's alone.
    [ThreadStatic]
    private static bool t_isInside;

    private static readonly delegate* unmanaged<delegate* unmanaged<nint, void>, nint, uint, uint, void> OpenMp;
    private static readonly delegate* unmanaged<int> ThreadNumber;

    static SharedWork()
    {
        if (NativeLibrary.TryGetExport(TorchRuntime.LibtorchCpu, "GOMP_parallel", out var parallel) && NativeLibrary.TryGetExport(TorchRuntime.LibtorchCpu, "omp_get_thread_num", out var number))
        {
            OpenMp = (delegate* unmanaged<delegate* unmanaged<nint, void>, nint, uint, uint, void>)parallel;
            ThreadNumber = (delegate* unmanaged<int>)number;
        }
    }

    /// <summary>Does all items, those from one number up to another at a time.</summary>
    /// <param name="items">How many there are.</param>
    /// <param name="operations">Roughly how many floating-point operations they are together.</param>
    /// <param name="work">Called with the first item and the one behind the last. No tensor may be made in it.</param>
    public static void Over(int items, double operations, Action<int, int> work)
    {
        var lanes = t_isInside ? null : Lanes.Resting;
        var parts = operations < LeastOperations || t_isInside ? 1 : Math.Min(items, lanes?.Count ?? get_num_threads());
        if (parts <= 1)
        {
            work(0, items);
            return;
        }

        var job = new Job(items, parts, work);
        if (lanes is not null)
        {
            lanes.Run(lane =>
            {
                if (lane < parts)
                {
                    job.Run(lane);
                }
            });
        }
        else if (OpenMp is null)
        {
            BriefThreads.ForEach([.. Enumerable.Range(0, parts)], parts, job.Run);
        }
        else
        {
            var handle = GCHandle.Alloc(job);
            try
            {
                OpenMp(&Run, GCHandle.ToIntPtr(handle), (uint)parts, 0);
            }
            finally
            {
                handle.Free();
            }
        }

        job.Failure?.Throw();
    }

    [UnmanagedCallersOnly]
    private static void Run(nint job) => Unsafe.As<Job>(GCHandle.FromIntPtr(job).Target!).Run(ThreadNumber());

    private sealed class Job(int items, int parts, Action<int, int> work)
    {
        public ExceptionDispatchInfo? Failure { get; private set; }

        public void Run(int part)
        {
            t_isInside = true;
            try
            {
                work((int)((long)items * part / parts), (int)((long)items * (part + 1) / parts));
            }
            catch (Exception e)
            {
                // Whatever it is, it belongs to the caller: an exception that leaves one of OpenMP's threads ends the process.
                Failure = ExceptionDispatchInfo.Capture(e);
            }
            finally
            {
                t_isInside = false;
            }
        }
    }
}
