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
            // A constant schedule does not know the end, so such a run may be prolonged; the others would have taken another path.
            MaxTrainSteps = options.LrScheduler is "constant" or "constant_with_warmup" ? plain.MaxTrainSteps : options.MaxTrainSteps,
        };
    }
}
