using System.Globalization;

namespace Diptych.Cli.Terminals;

/// <summary>Progress as plain lines for logs and pipes: a task's first and last, and at most one every few seconds between them.</summary>
internal sealed class PlainProgress(TextWriter writer, TimeProvider clock) : IProgressDisplay
{
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(5);

    private readonly Dictionary<string, Pace> _tasks = new(StringComparer.Ordinal);
    private long _last;

    public void Report(string task, long done, long total, string detail = "")
    {
        var known = _tasks.TryGetValue(task, out var pace);
        pace ??= _tasks[task] = new Pace(clock, done);
        if (known && done < total && clock.GetElapsedTime(_last) < Quiet)
        {
            return;
        }

        _last = clock.GetTimestamp();
        string[] parts = [string.Create(CultureInfo.InvariantCulture, $"{task}: {100.0 * done / Math.Max(total, 1):0} % ({done}/{total})"), pace.Describe(done, total), detail];
        writer.WriteLine(string.Join(", ", parts.Where(p => p.Length > 0)));
        if (done >= total)
        {
            _tasks.Remove(task);
        }
    }

    public void Say(string line) => writer.WriteLine(line);

    public void Dispose() => writer.Flush();
}
