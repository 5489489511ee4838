using Diptych.Common.Pipelines;
using Diptych.Common.Weights;
using static TorchSharp.torch;

namespace Diptych.DreamBooth;

/// <summary>Writes a fine-tuned pipeline as a model folder that diffusers, and this program, load like any other.</summary>
public static class DreamBoothExport
{
    private const string TowerPrefix = "text_model.";

    /// <summary>Copies the base model and puts the learned UNet (and text encoders) in place, in fp32 and under the names the base model's files use.</summary>
    /// <exception cref="Common.DiptychException">The folder cannot be written.</exception>
    public static void Write(StableDiffusion sd, bool textEncoderLearned, string folder)
    {
        ArgumentNullException.ThrowIfNull(sd);
        var encoders = sd.Source.TextEncoders.Zip(sd.Text.Encoders).ToDictionary(p => p.First, p => (nn.Module)p.Second.Model);
        string[] replaced = textEncoderLearned ? ["unet", .. sd.Source.TextEncoders] : ["unet"];
        sd.Source.CopyTo(folder, replaced, (component, path) =>
        {
            var state = encoders.GetValueOrDefault(component, sd.UNet).state_dict();
            if (encoders.ContainsKey(component) && !HasTowerPrefix(sd.Source.Network(component)))
            {
                state = state.ToDictionary(p => p.Key.StartsWith(TowerPrefix, StringComparison.Ordinal) ? p.Key[TowerPrefix.Length..] : p.Key, p => p.Value);
            }

            SafetensorsWriter.Write(path, state);
        });
    }

    // Today's transformers leaves the prefix out of a text encoder without projection; each file keeps the layout it came in.
    private static bool HasTowerPrefix(NetworkSource network)
    {
        using var original = network.OpenWeights();
        return original.Entries.Keys.Any(n => n.StartsWith(TowerPrefix, StringComparison.Ordinal));
    }
}
