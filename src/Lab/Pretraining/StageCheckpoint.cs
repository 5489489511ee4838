using System.Globalization;
using Diptych.Common;
using Diptych.Common.Training;
using Diptych.Common.Weights;
using static TorchSharp.torch;

namespace Diptych.Lab.Pretraining;

/// <summary>
/// Where an interrupted stage stands: weights, their average, the optimizer's moments and the step, in one file that is complete or not there.
/// Random numbers are named by the step, so they need no state.
/// </summary>
internal sealed class StageCheckpoint(string path, string identity, IReadOnlyList<NamedParameter> parameters, IReadOnlyList<Tensor> average, IOptimizer optimizer)
{
    private const string StepKey = "step";
    private const string IdentityKey = "identity";

    /// <summary>Writes the state after <paramref name="step"/> steps.</summary>
    public void Write(int step) => SafetensorsWriter.Write(path, Tensors(), new Dictionary<string, string>
    {
        [StepKey] = step.ToString(CultureInfo.InvariantCulture), [IdentityKey] = identity,
    });

    /// <summary>Puts the state back and returns the steps done; 0 where there is no checkpoint.</summary>
    /// <exception cref="DiptychException">The file is damaged or was written with other options.</exception>
    public int Restore()
    {
        if (!File.Exists(path))
        {
            return 0;
        }

        using var noGradient = no_grad();
        using var file = SafetensorsFile.Open(path);
        if (file.Metadata.GetValueOrDefault(IdentityKey) != identity || !int.TryParse(file.Metadata.GetValueOrDefault(StepKey), CultureInfo.InvariantCulture, out var step))
        {
            throw new DiptychException($"{path} was written by a rebuild with other options: choose another --work-dir, or give the options it began with.");
        }

        foreach (var (name, tensor) in Tensors())
        {
            if (!file.Entries.TryGetValue(name, out var entry) || !entry.Shape.AsSpan().SequenceEqual(tensor.shape))
            {
                throw new DiptychException($"{path} lacks '{name}' in this shape: delete the file to begin the stage again.");
            }

            using var stored = file.Read(name);
            tensor.copy_(stored);
        }

        optimizer.StateWasRead();

        return step;
    }

    private IEnumerable<KeyValuePair<string, Tensor>> Tensors() =>
        [.. parameters.Select((parameter, i) => KeyValuePair.Create("average." + parameter.Name, average[i])), .. optimizer.StateOf(parameters)];
}
