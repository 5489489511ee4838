using System.Globalization;
using Diptych.Cli.Options;
using Diptych.Common;
using Diptych.Common.Training;

namespace Diptych.Cli.Runs;

/// <summary>One training run's folder from the command's side: whose run it is, whether it is complete, and its record.</summary>
internal sealed class TrainingFolder
{
    // Where things lie and how often they are saved may change between two parts of a run; hashes tell whether model and photos did.
    private static readonly HashSet<string> Free =
    [
        "output-dir", "resume", "device", "gpu-levers", "pretrained-model-name-or-path", "instance-data-dir", "class-data-dir", "checkpointing-steps", "checkpoints-total-limit",
    ];

    private readonly OutputFolder _output;
    private readonly TrainingRecord? _before;
    private TrainingRecord? _written;

    private TrainingFolder(OutputFolder output, TrainingRecord? before) => (_output, _before) = (output, before);

    /// <summary>The folder.</summary>
    public string Root => _output.Root;

    /// <summary>Looks at the folder before anything is loaded.</summary>
    /// <exception cref="DiptychException">It cannot be written to, or holds a run that this is not, or one that was not asked to be resumed.</exception>
    public static TrainingFolder Open(string path, string method, bool resume)
    {
        var output = OutputFolder.At(path);
        var before = TrainingRecord.Read(path);
        return (before, resume) switch
        {
            (not null, false) => throw new DiptychException($"--output-dir {path} holds a run already: add --resume to go on with it, or choose another folder."),
            (not null, true) when before.Method != method => throw new DiptychException($"--output-dir {path} holds a run of 'train {before.Method}': choose another folder for this one."),
            _ => new TrainingFolder(output, before),
        };
    }

    /// <summary>Whether the run has done all its steps and its artefact is there.</summary>
    public bool IsComplete(string artefact, int steps) =>
        _before?.Result is { } result && result.GetValueOrDefault("steps") >= steps && File.Exists(Path.Combine(Root, artefact));

    /// <summary>Refuses to go on with a run under other options.</summary>
    /// <exception cref="DiptychException">An option that matters differs; the message names it and both values.</exception>
    public void RequireSameOptions(OptionValues values)
    {
        if (_before is not { } before)
        {
            return;
        }

        foreach (var name in values.Effective.Keys.Union(before.Options.Keys).Where(n => !IsFree(n, values)))
        {
            var (then, now) = (before.Options.GetValueOrDefault(name, "not given"), values.Effective.GetValueOrDefault(name, "not given"));
            if (then != now)
            {
                throw new DiptychException($"{Path.Combine(Root, TrainingRecord.FileName)}: --{name} was {then} and is {now} now: resume with the options the run began with, or choose another --output-dir.");
            }
        }
    }

    // A run may be prolonged where nothing it did so far depended on its length.
    private static bool IsFree(string name, OptionValues values) => name == "max-train-steps"
        ? !TrainingFingerprint.DependsOnLength(values.Effective.GetValueOrDefault("lr-scheduler", ""))
        : Free.Contains(name);

    /// <summary>Writes the record once training has truly begun: by then everything that can be refused has been.</summary>
    public void Begin(Func<TrainingRecord> record)
    {
        if (_written is null)
        {
            _written = _before is null ? record() : record() with { Created = _before.Created };
            _written.Write(Root);
        }
    }

    /// <summary>Completes the record.</summary>
    public void Finish(Func<TrainingRecord> record, IReadOnlyDictionary<string, double> result)
    {
        Begin(record);
        (_written! with { Result = result }).Write(Root);
    }

    /// <summary>Leaves nothing behind of a run that never began.</summary>
    public void RemoveIfEmpty() => _output.RemoveIfEmpty();

    /// <summary>How to go on with a run that was interrupted.</summary>
    public static InterruptedException Interrupted(Session session, int step, int steps, Exception cause)
    {
        var command = session.CommandLine + (session.Arguments.Contains("--resume") ? "" : " --resume");
        return new InterruptedException(string.Create(CultureInfo.InvariantCulture, $"interrupted after step {step} of {steps}; to go on: {command}"), cause);
    }
}
