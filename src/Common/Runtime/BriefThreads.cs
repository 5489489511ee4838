using System.Runtime.ExceptionServices;

namespace Diptych.Common.Runtime;

/// <summary>
/// Runs libtorch's operators side by side on threads that end with the work.
/// </summary>
/// <remarks>
/// Every thread that once ran a parallel operator keeps a team of OpenMP's for as long as it lives. As soon as teams together have more threads than there are
/// cores, OpenMP's waiting threads no longer spin between two operators but go to sleep, and each of the thousands of operators of a step pays
/// for waking them: half as much again for the whole step. Threads of .NET's pool never end, so no tensor work may run there.
/// </remarks>
public static class BriefThreads
{
    /// <summary>Handles each item once, on up to <paramref name="degree"/> threads, and returns when all are done.</summary>
    /// <param name="items">The items, taken in order.</param>
    /// <param name="degree">Most threads at once.</param>
    /// <param name="handle">What to do; the first exception stops the rest and is thrown here as it was.</param>
    public static void ForEach<T>(IReadOnlyList<T> items, int degree, Action<T> handle)
    {
        ArgumentNullException.ThrowIfNull(items);
        ArgumentNullException.ThrowIfNull(handle);
        var next = -1;
        ExceptionDispatchInfo? failure = null;

        void Work()
        {
            try
            {
                for (int i; Volatile.Read(ref failure) is null && (i = Interlocked.Increment(ref next)) < items.Count;)
                {
                    handle(items[i]);
                }
            }
            catch (Exception e)
            {
                // Whatever it is, it belongs to the caller: an exception that leaves a thread ends the process.
                Interlocked.CompareExchange(ref failure, ExceptionDispatchInfo.Capture(e), null);
            }
        }

        var threads = Enumerable.Range(0, Math.Min(degree, items.Count)).Select(_ => new Thread(Work) { IsBackground = true }).ToArray();
        foreach (var thread in threads)
        {
            thread.Start();
        }

        foreach (var thread in threads)
        {
            thread.Join();
        }

        failure?.Throw();
    }
}
