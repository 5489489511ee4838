using System.CommandLine;
using Diptych.Common;
using Diptych.Common.Training;

namespace Diptych.Cli.Options;

/// <summary>Finds values out of range while the command line is read, so that they count as wrong usage.</summary>
internal static class Ranges
{
    /// <summary>Checks the ranges a record declares.</summary>
    /// <param name="options">The record.</param>
    /// <param name="names">Properties whose option is not called like them.</param>
    public static T Check<T>(T options, params (string Property, Option Option)[] names)
        where T : notnull => AsUsage(() =>
        {
            OptionsValidation.Check(options, names.ToDictionary(name => name.Property, name => name.Option.Name));
            return options;
        });

    /// <summary>Checks training options: their ranges, AdamW's, and the learning rate's shape.</summary>
    public static TrainingOptions Check(TrainingOptions options)
    {
        // Before the declared range, which knows no 0: the option's "no limit" is no value at all.
        Require("--max-grad-norm", options.MaxGradNorm ?? 0, options.MaxGradNorm is null or (>= 1e-8 and <= 1e8), "from 1E-08 to 1E+08, or 0 for no limit");
        Check<TrainingOptions>(options);
        Require("--adam-beta1", options.Adam.Beta1, options.Adam.Beta1 is >= 0 and < 1, "from 0 to below 1");
        Require("--adam-beta2", options.Adam.Beta2, options.Adam.Beta2 is >= 0 and < 1, "from 0 to below 1");
        Require("--adam-weight-decay", options.Adam.WeightDecay, options.Adam.WeightDecay is >= 0 and <= 1, "from 0 to 1");
        Require("--adam-epsilon", options.Adam.Epsilon, options.Adam.Epsilon is > 0 and <= 1, "above 0, up to 1");
        if (LearningRateSchedule.Known.Contains(options.LrScheduler) && !TrainingFlags.Schedules.Contains(options.LrScheduler))
        {
            throw new UsageException($"--lr-scheduler {options.LrScheduler} needs factors that cannot be given here: choose one of {string.Join(", ", TrainingFlags.Schedules)}.");
        }

        AsUsage(() => LearningRateSchedule.Parse(
            options.LrScheduler, options.LrWarmupSteps, options.MaxTrainSteps, options.LrNumCycles, options.LrPower, options.EffectiveLearningRate));
        return options;
    }

    /// <summary>Runs a check whose complaint is about the command line.</summary>
    /// <exception cref="UsageException">The check complains.</exception>
    public static T AsUsage<T>(Func<T> check)
    {
        try
        {
            return check();
        }
        catch (DiptychException e)
        {
            throw new UsageException(e.Message, e);
        }
    }

    private static void Require(string name, double value, bool holds, string range)
    {
        if (!holds)
        {
            throw new UsageException(FormattableString.Invariant($"{name} {value} is out of range: choose a number {range}."));
        }
    }
}
