using System.Text.Json;

namespace Diptych.Common.Training;

/// <summary>The options two parts of one run must share. How often they log, checkpoint or tidy up may change between them.</summary>
public static class TrainingFingerprint
{
    /// <summary>The options with everything that does not change the result set to its default.</summary>
    public static TrainingOptions Of(TrainingOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var plain = new TrainingOptions();
        return options with
        {
            CheckpointingSteps = plain.CheckpointingSteps,
            CheckpointsTotalLimit = plain.CheckpointsTotalLimit,
            LogEvery = plain.LogEvery,
            MaxTrainSteps = DependsOnLength(options.LrScheduler) ? options.MaxTrainSteps : plain.MaxTrainSteps,
        };
    }

    /// <summary>Whether a run under this schedule would have gone another way had it been longer. A constant one does not know the end, so such a run may be prolonged.</summary>
    /// <param name="lrScheduler">The schedule, by the reference's name.</param>
    public static bool DependsOnLength(string lrScheduler) => lrScheduler is not ("constant" or "constant_with_warmup");

    /// <summary>What differs between two values of one entry, such as <c>max-train-steps was 500 and is 1000</c>: of two records' text, the first property that does.</summary>
    /// <param name="name">The entry.</param>
    /// <param name="before">Its value when the checkpoint was written; <see langword="null"/> where it had none.</param>
    /// <param name="now">Its value now, another.</param>
    internal static string Difference(string name, string? before, string now)
    {
        var (then, here) = (Parts(before ?? ""), Parts(now));
        var at = then.Zip(here).TakeWhile(pair => pair.First == pair.Second).Count();
        return then.Length == here.Length && at < then.Length && Property(then[at]) is { } was && Property(here[at]) is { } value && was.Name == value.Name
            ? $"{JsonNamingPolicy.KebabCaseLower.ConvertName(was.Name)} was {was.Value} and is {value.Value}"
            : $"{name} was {before ?? "absent"} and is {now}";
    }

    private static string[] Parts(string record) => record.Split(", ");

    // Of a record's text, cut at its commas: "Seed = 3", or "Training = TrainingOptions { MaxTrainSteps = 500", or "Parity = False } }".
    private static (string Name, string Value)? Property(string part) => part.Split("{ ")[^1].TrimEnd('}', ' ').Split(" =", 2) is [var name, var value]
        ? (name.Trim(), value.Trim() is { Length: > 0 } said ? said : "nothing")
        : null;
}
