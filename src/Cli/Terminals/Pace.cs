using System.Globalization;

namespace Diptych.Cli.Terminals;

/// <summary>Rate and time left of a task, from when it was first heard of: a resumed run does not count what was done before.</summary>
internal sealed class Pace(TimeProvider clock, long start)
{
    private readonly long _begun = clock.GetTimestamp();

    /// <summary>Units per second so far; 0 before the first.</summary>
    public double Rate(long done)
    {
        var seconds = clock.GetElapsedTime(_begun).TotalSeconds;
        return seconds > 0 ? (done - start) / seconds : 0;
    }

    /// <summary>Rate and time left in words, empty where nothing is known yet.</summary>
    public string Describe(long done, long total)
    {
        var rate = Rate(done);
        return rate <= 0 ? "" : $"{Speed(rate)}, {Duration((total - done) / rate)} left";
    }

    /// <summary>Minutes and seconds, and hours where there are any.</summary>
    public static string Duration(double seconds)
    {
        var whole = (long)Math.Ceiling(seconds);
        return whole >= 3600
            ? string.Create(CultureInfo.InvariantCulture, $"{whole / 3600}:{whole / 60 % 60:00}:{whole % 60:00}")
            : string.Create(CultureInfo.InvariantCulture, $"{whole / 60}:{whole % 60:00}");
    }

    private static string Speed(double rate) => rate >= 0.1
        ? string.Create(CultureInfo.InvariantCulture, $"{rate:0.0}/s")
        : string.Create(CultureInfo.InvariantCulture, $"{1 / rate:0} s each");
}
