using Diptych.Common.Weights;

namespace Diptych.Common.Text;

/// <summary>The text encoder of Stable Diffusion 1 and 2, and the first of XL: the tower alone, transformers' <c>CLIPTextModel</c>.</summary>
public sealed class ClipTextModel : ClipTextEncoder
{
    /// <summary>Builds the network with random weights.</summary>
    public ClipTextModel(ClipTextConfig config)
        : base(nameof(ClipTextModel), config) => RegisterComponents();

    /// <summary>Reads <c>config.json</c> and <c>model.safetensors</c> from a <c>text_encoder</c> folder, in the old and in today's naming.</summary>
    /// <exception cref="DiptychException">A file is missing or does not fit the other.</exception>
    public static ClipTextModel Load(string folder)
    {
        var model = new ClipTextModel(ClipTextConfig.Read(ConfigFile.Read(Path.Combine(folder, "config.json"))));
        using var file = ClipWeights.Open(folder);
        WeightLoader.Load(model, file, ClipWeights.TextOnly);
        model.eval();
        return model;
    }
}
