using System.Diagnostics;

namespace Diptych.Common.Products;

/// <summary>
/// How many times as fast as one piece of work another is, on a machine that may be busy: both are done in turns until the shortest times of each agree, as they only do where nothing came between.
/// </summary>
internal static class SpeedRatio
{
    private const int Agreeing = 3;
    private const double Agreement = 1.03;
    private const int LeastRounds = 10;
    private const int MostRounds = 100;

    /// <summary>The ratio of the shortest time of <paramref name="slower"/> to that of <paramref name="faster"/>.</summary>
    public static double Of(Action faster, Action slower) => Of(() => Time(faster), () => Time(slower));

    /// <summary>The same of work that tells its time itself.</summary>
    internal static double Of(Func<double> faster, Func<double> slower)
    {
        var (ours, theirs) = (new SortedTimes(), new SortedTimes());
        for (var i = 0; i < LeastRounds || (i < MostRounds && !(ours.Agree && theirs.Agree)); i++)
        {
            ours.Add(faster());
            theirs.Add(slower());
        }

        return theirs.Least / ours.Least;
    }

    private static double Time(Action work)
    {
        var start = Stopwatch.GetTimestamp();
        work();
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    private sealed class SortedTimes
    {
        private readonly List<double> _times = [];

        public double Least => _times[0];

        public bool Agree => _times.Count >= Agreeing && _times[Agreeing - 1] <= Agreement * Least;

        public void Add(double time)
        {
            _times.Add(time);
            _times.Sort();
        }
    }
}
