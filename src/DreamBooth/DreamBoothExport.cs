using Diptych.Common.Pipelines;
using Diptych.Common.Weights;

namespace Diptych.DreamBooth;

/// <summary>Writes a fine-tuned pipeline as a model folder that diffusers, and this program, load like any other.</summary>
public static class DreamBoothExport
{
    /// <summary>Copies the base model and puts the learned UNet (and text encoder) in place, in fp32 and under the names the base model's files use.</summary>
    /// <exception cref="Common.DiptychException">The folder cannot be written.</exception>
    public static void Write(StableDiffusion sd, bool textEncoderLearned, string folder)
    {
        ArgumentNullException.ThrowIfNull(sd);
        string[] replaced = textEncoderLearned ? ["unet", "text_encoder"] : ["unet"];
        sd.Folder.CopyTo(folder, replaced, (component, path) =>
        {
            using var original = SafetensorsFile.Open(sd.Folder.Weights(component));
            var prefixed = original.Entries.Keys.Any(n => n.StartsWith("text_model.", StringComparison.Ordinal));
            var state = component == "unet" ? sd.UNet.state_dict() : sd.TextEncoder.state_dict();
            SafetensorsWriter.Write(path, state.Select(p => KeyValuePair.Create(component == "unet" || prefixed ? p.Key : p.Key["text_model.".Length..], p.Value)));
        });
    }
}
