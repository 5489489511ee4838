using System.Globalization;
using Diptych.Common;
using Diptych.Common.Text;
using Diptych.Common.Weights;
using static TorchSharp.torch;

namespace Diptych.StepTiming;

/// <summary>
/// Steps of ours with all that they were given and what they lost, in a file: <c>bench/reference/training_step.py --replay</c> takes the same ones as the reference
/// scripts do.
/// </summary>
public static class LossTrajectory
{
    /// <summary>
    /// Takes steps and writes <c>latents</c> and <c>noise</c> [steps, batch, C, h, w], <c>timesteps</c> [steps, batch], <c>ids</c> [steps, batch, L] of the first text
    /// encoder and <c>losses</c> [steps], with the method and the initializer's token id in the metadata.
    /// </summary>
    /// <param name="path">The safetensors file.</param>
    /// <param name="method">ti or db.</param>
    /// <param name="setup">Model, photos, batch, precision.</param>
    /// <param name="steps">How many.</param>
    /// <param name="progress">Told what is going on, done and total.</param>
    /// <param name="cancellation">Stops between two steps.</param>
    /// <returns>The losses.</returns>
    /// <exception cref="DiptychException">The file cannot be written.</exception>
    public static IReadOnlyList<double> Write(string path, string method, StepSetup setup, int steps, Action<string, int, int>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(setup);
        using var scope = NewDisposeScope();
        string[] names = ["latents", "noise", "timesteps", "ids", "losses"];
        var taken = names.Select(_ => new List<Tensor>()).ToList();
        using (var step = OwnStep.Of(method, setup))
        {
            step.Taken = (batch, loss) =>
            {
                Tensor[] all = [batch.Latents, batch.Noise, batch.Timesteps, batch.Tokens.Ids[0], loss];
                foreach (var (list, tensor) in taken.Zip(all))
                {
                    // Copied: a recorded step writes the next batch and loss where these lie.
                    var copy = tensor.detach().cpu().clone().DetachFromDisposeScope();
                    scope.Attach(copy);
                    list.Add(copy);
                }
            };
            var off = new PhaseClock(setup.Device, isOn: false);
            for (var i = 0; i < steps; i++)
            {
                cancellation.ThrowIfCancellationRequested();
                step.Run(i, off);
                progress?.Invoke($"{method} batch {setup.BatchSize}, losses", i + 1, steps);
            }
        }

        var tensors = names.Zip(taken, (name, list) => KeyValuePair.Create(name, stack(list))).ToDictionary();
        SafetensorsWriter.Write(path, tensors, new Dictionary<string, string> { ["method"] = method, ["initializer_id"] = InitializerId(setup) });
        return [.. tensors["losses"].to_type(ScalarType.Float64).data<double>()];
    }

    private static string InitializerId(StepSetup setup) =>
        ClipTokenizer.Load(Path.Combine(setup.Model, "tokenizer")).InitializerId(setup.InitializerToken).ToString(CultureInfo.InvariantCulture);
}
