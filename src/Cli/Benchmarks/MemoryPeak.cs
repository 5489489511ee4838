namespace Diptych.Cli.Benchmarks;

/// <summary>Watches the managed heap while something runs.</summary>
internal sealed class MemoryPeak : IDisposable
{
    private readonly Timer _timer;
    private long _managed;

    public MemoryPeak() => _timer = new Timer(_ => Look(), null, TimeSpan.Zero, TimeSpan.FromMilliseconds(5));

    /// <summary>Highest size of the managed heap so far, garbage included.</summary>
    public long Managed
    {
        get
        {
            Look();
            return _managed;
        }
    }

    public void Dispose() => _timer.Dispose();

    private void Look()
    {
        var now = GC.GetTotalMemory(forceFullCollection: false);
        for (var seen = Volatile.Read(ref _managed); now > seen && Interlocked.CompareExchange(ref _managed, now, seen) != seen; seen = Volatile.Read(ref _managed))
        {
        }
    }
}
