namespace Diptych.Common.Diffusion;

/// <summary>The training timesteps that n steps visit, from the noisiest down (Lin et al. 2023, table 2).</summary>
internal static class SamplerTimesteps
{
    /// <summary>The spacing of DDPM, DDIM and PNDM.</summary>
    public static int[] Spaced(SchedulerConfig config, int steps)
    {
        var total = config.TrainTimesteps;
        CheckCount(config, steps);
        var visited = config.TimestepSpacing switch
        {
            TimestepSpacing.Leading => Descending(steps, i => i * (total / steps) + config.StepsOffset),
            TimestepSpacing.Trailing => Trailing(total, total, steps),
            _ => Descending(steps, i => Linspace(total - 1, steps, i)),
        };
        return Checked(config, visited);
    }

    /// <summary>Evenly from the last timestep to the first, without rounding to whole ones.</summary>
    public static double[] Fractional(SchedulerConfig config, int steps)
    {
        CheckCount(config, steps);
        var last = config.TrainTimesteps - 1;
        return [.. Enumerable.Range(0, steps).Select(i => steps == 1 ? 0 : (double)(float)(i * (last / (double)(steps - 1)))).Reverse()];
    }

    /// <summary>The spacing of the multistep solvers, which lay out one timestep more and leave out the last.</summary>
    public static int[] SpacedWithEnd(SchedulerConfig config, int steps, int last)
    {
        CheckCount(config, steps);
        var visited = config.TimestepSpacing switch
        {
            TimestepSpacing.Leading => Descending(steps + 1, i => i * (last / (steps + 1)) + config.StepsOffset)[..^1],
            TimestepSpacing.Trailing => Trailing(config.TrainTimesteps, last, steps),
            _ => Descending(steps + 1, i => Linspace(last - 1, steps + 1, i))[..^1],
        };
        return Checked(config, visited);
    }

    private static int[] Descending(int count, Func<int, int> ascending) => [.. Enumerable.Range(0, count).Select(ascending).Reverse()];

    private static int Linspace(int last, int count, int i) =>
        count == 1 ? 0 : (int)Math.Round(i * (last / (double)(count - 1)), MidpointRounding.ToEven);

    private static int[] Trailing(int total, int from, int steps) =>
        [.. Enumerable.Range(0, steps).Select(i => (int)Math.Round(from - i * (total / (double)steps), MidpointRounding.ToEven) - 1)];

    private static void CheckCount(SchedulerConfig config, int steps)
    {
        if (steps < 1 || steps > config.TrainTimesteps)
        {
            throw new DiptychException($"{steps} sampling steps were asked for, but {config.Source} allows 1 to {config.TrainTimesteps}: change the number of steps.");
        }
    }

    private static int[] Checked(SchedulerConfig config, int[] visited) =>
        visited[0] < config.TrainTimesteps && visited[^1] >= 0
            ? visited
            : throw new DiptychException($"{visited.Length} sampling steps reach timestep {visited[0]}, beyond the {config.TrainTimesteps} of {config.Source}: use fewer steps or another timestep_spacing.");
}
