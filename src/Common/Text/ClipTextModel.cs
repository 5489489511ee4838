using Diptych.Common.Weights;

namespace Diptych.Common.Text;

/// <summary>The text encoder of Stable Diffusion 1 and 2, and the first of XL: the tower alone, transformers' <c>CLIPTextModel</c>.</summary>
public sealed class ClipTextModel : ClipTextEncoder
{
    /// <summary>Builds the network with random weights.</summary>
    public ClipTextModel(ClipTextConfig config)
        : base(nameof(ClipTextModel), config) => RegisterComponents();

    /// <summary>Reads <c>config.json</c> and the weights from a <c>text_encoder</c> folder, in the old and in today's naming.</summary>
    /// <exception cref="DiptychException">A file is missing or does not fit the other.</exception>
    public static ClipTextModel Load(string folder) => Load(NetworkSource.Folder(folder));

    /// <summary>Loads a text encoder, in the old and in today's naming.</summary>
    /// <exception cref="DiptychException">A file is missing or does not fit the other.</exception>
    public static ClipTextModel Load(NetworkSource source, WeightPlacement? placement = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        var config = ClipTextConfig.Read(source.Config);
        var model = source.Load(() => new ClipTextModel(config), ClipWeights.TextOnly, placement);
        model.eval();
        return model;
    }
}
