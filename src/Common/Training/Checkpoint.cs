using System.Globalization;
using System.Text.Json;
using Diptych.Common.Weights;
using static TorchSharp.torch;

namespace Diptych.Common.Training;

/// <summary>
/// Everything a killed run needs to go on as if nothing had happened: the learning tensors, the optimizer's moments and the step.
/// Random streams are counted, so they need no state. A checkpoint is a folder <c>checkpoint-N</c>, complete or not there.
/// </summary>
public sealed class Checkpoint
{
    private const string Prefix = "checkpoint-";
    private const string TensorFile = "state.safetensors";
    private const string StateFile = "state.json";

    private readonly string _folder;

    private Checkpoint(string folder, int step)
    {
        _folder = folder;
        Step = step;
    }

    /// <summary>Optimizer steps done when it was written.</summary>
    public int Step { get; }

    /// <summary>The checkpoint with the most steps in a run folder, or <see langword="null"/>.</summary>
    public static Checkpoint? Latest(string runFolder) => All(runFolder).LastOrDefault();

    /// <summary>Writes a checkpoint and removes the oldest beyond <paramref name="limit"/>.</summary>
    /// <param name="runFolder">The run folder.</param>
    /// <param name="step">Optimizer steps done.</param>
    /// <param name="fingerprint">What must not change between writing and resuming, by name.</param>
    /// <param name="trainable">The learning tensors.</param>
    /// <param name="optimizer">Their optimizer.</param>
    /// <param name="limit">Checkpoints to keep.</param>
    /// <exception cref="DiptychException">The folder cannot be written to.</exception>
    public static void Write(
        string runFolder, int step, IReadOnlyDictionary<string, string> fingerprint, IReadOnlyList<NamedParameter> trainable, IOptimizer optimizer, int limit)
    {
        var final = Path.Combine(runFolder, Prefix + step.ToString("D6", CultureInfo.InvariantCulture));
        var temporary = Path.Combine(runFolder, $".{Path.GetFileName(final)}.tmp");
        if (Directory.Exists(temporary))
        {
            Directory.Delete(temporary, recursive: true);
        }

        SafetensorsWriter.Write(Path.Combine(temporary, TensorFile), optimizer.StateOf(trainable));
        AtomicFile.WriteText(Path.Combine(temporary, StateFile), JsonSerializer.Serialize(new State(step, new(fingerprint, StringComparer.Ordinal))));
        if (Directory.Exists(final))
        {
            Directory.Delete(final, recursive: true);
        }

        Directory.Move(temporary, final);
        foreach (var old in All(runFolder).SkipLast(limit))
        {
            Directory.Delete(old._folder, recursive: true);
        }
    }

    /// <summary>Puts tensors and moments back.</summary>
    /// <exception cref="DiptychException">The checkpoint is damaged, or was written by a run with other options; the message names the first that differs.</exception>
    public void Restore(IReadOnlyDictionary<string, string> fingerprint, IReadOnlyList<NamedParameter> trainable, IOptimizer optimizer)
    {
        var path = Path.Combine(_folder, StateFile);
        var state = ReadState(path);
        foreach (var (name, value) in fingerprint)
        {
            if (!state.Fingerprint.TryGetValue(name, out var written) || written != value)
            {
                throw new DiptychException($"{path}: {TrainingFingerprint.Difference(name, written, value)} now: resume with the options the run began with, or choose another --output-dir.");
            }
        }

        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        using var file = SafetensorsFile.Open(Path.Combine(_folder, TensorFile));
        foreach (var (name, tensor) in optimizer.StateOf(trainable))
        {
            var loaded = file.Read(name);
            if (!loaded.shape.AsSpan().SequenceEqual(tensor.shape))
            {
                throw new DiptychException($"{file.Path}: '{name}' has another shape than this run's: resume with the model the run began with.");
            }

            tensor.copy_(loaded);
        }

        optimizer.StateWasRead();
    }

    private static IEnumerable<Checkpoint> All(string runFolder) => !Directory.Exists(runFolder)
        ? []
        : Directory.GetDirectories(runFolder, Prefix + "*")
            .Select(f => (Folder: f, Parsed: int.TryParse(Path.GetFileName(f).AsSpan(Prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var step), Step: step))
            .Where(c => c.Parsed).OrderBy(c => c.Step).Select(c => new Checkpoint(c.Folder, c.Step));

    private static State ReadState(string path)
    {
        try
        {
            return JsonSerializer.Deserialize<State>(File.ReadAllText(path)) ?? throw new JsonException();
        }
        catch (Exception e) when (e is JsonException or IOException)
        {
            throw new DiptychException($"{path} is missing or damaged: delete that checkpoint's folder and resume from the one before.", e);
        }
    }

    private sealed record State(int Step, Dictionary<string, string> Fingerprint);
}
