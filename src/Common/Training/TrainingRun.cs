namespace Diptych.Common.Training;

/// <summary>The folder a training run writes to, and whether it goes on from what is there.</summary>
public sealed class TrainingRun
{
    private readonly IReadOnlyDictionary<string, string> _fingerprint;
    private readonly TrainingOptions _options;
    private readonly bool _resume;

    /// <summary>Opens a run folder, creating it where needed.</summary>
    /// <param name="folder">The run folder.</param>
    /// <param name="options">How often to checkpoint and how many to keep.</param>
    /// <param name="fingerprint">Options and data a resumed run must share with the one it continues, by name.</param>
    /// <param name="resume">Whether to go on from the latest checkpoint; without one the run starts afresh.</param>
    /// <exception cref="DiptychException">The folder holds another run's checkpoints and <paramref name="resume"/> is off, or it cannot be created.</exception>
    public TrainingRun(string folder, TrainingOptions options, IReadOnlyDictionary<string, string> fingerprint, bool resume)
    {
        Folder = folder;
        _options = options;
        _fingerprint = fingerprint;
        _resume = resume;
        if (!resume && Checkpoint.Latest(folder) is { } old)
        {
            throw new DiptychException($"{folder} holds a run at step {old.Step}: add --resume to go on with it, or choose another --output-dir.");
        }

        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DiptychException($"--output-dir {folder} cannot be created ({e.Message.ReplaceLineEndings(" ").TrimEnd('.')}): choose a writable folder.", e);
        }
    }

    /// <summary>The folder.</summary>
    public string Folder { get; }

    /// <summary>Restores the latest checkpoint where the run resumes; returns the steps already done.</summary>
    /// <exception cref="DiptychException">The checkpoint is damaged, of other options, or beyond the steps that are asked for.</exception>
    internal int Restore(IReadOnlyList<NamedParameter> trainable, IOptimizer optimizer)
    {
        if (!_resume || Checkpoint.Latest(Folder) is not { } checkpoint)
        {
            return 0;
        }

        if (checkpoint.Step > _options.MaxTrainSteps)
        {
            throw new DiptychException(
                $"{Folder} holds a run at step {checkpoint.Step}, and --max-train-steps is {_options.MaxTrainSteps}: ask for {checkpoint.Step} or more, or choose another --output-dir.");
        }

        checkpoint.Restore(_fingerprint, trainable, optimizer);
        return checkpoint.Step;
    }

    internal void Save(int step, IReadOnlyList<NamedParameter> trainable, IOptimizer optimizer) =>
        Checkpoint.Write(Folder, step, _fingerprint, trainable, optimizer, _options.CheckpointsTotalLimit);
}
