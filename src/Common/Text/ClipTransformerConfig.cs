using Diptych.Common.Weights;

namespace Diptych.Common.Text;

/// <summary>The stack of transformer blocks in either tower of CLIP.</summary>
/// <param name="HiddenSize">Width of a token, D.</param>
/// <param name="IntermediateSize">Width inside the feed-forward blocks.</param>
/// <param name="Layers">Number of blocks.</param>
/// <param name="Heads">Attention heads; they divide D.</param>
/// <param name="Activation">Non-linearity of the feed-forward blocks.</param>
/// <param name="LayerNormEpsilon">Added to the variance in every layer norm.</param>
public sealed record ClipTransformerConfig(
    int HiddenSize, int IntermediateSize, int Layers, int Heads, ClipActivation Activation, double LayerNormEpsilon)
{
    internal static ClipTransformerConfig Read(ConfigFile config, ClipTransformerConfig defaults)
    {
        var read = new ClipTransformerConfig(
            Positive(config, "hidden_size", defaults.HiddenSize),
            Positive(config, "intermediate_size", defaults.IntermediateSize),
            Positive(config, "num_hidden_layers", defaults.Layers),
            Positive(config, "num_attention_heads", defaults.Heads),
            ReadActivation(config),
            config.Number("layer_norm_eps", defaults.LayerNormEpsilon));
        return read.HiddenSize % read.Heads == 0
            ? read
            : throw new DiptychException($"{config.Path}: \"num_attention_heads\" {read.Heads} does not divide \"hidden_size\" {read.HiddenSize}; restore the model's own file.");
    }

    internal static int Positive(ConfigFile config, string name, int fallback)
    {
        var value = config.Int(name, fallback);
        return value > 0 ? value : throw new DiptychException($"{config.Path}: \"{name}\" should be at least 1, not {value}.");
    }

    private static ClipActivation ReadActivation(ConfigFile config) => config.Text("hidden_act", "quick_gelu") switch
    {
        "quick_gelu" => ClipActivation.QuickGelu,
        "gelu" => ClipActivation.Gelu,
        var other => throw new DiptychException($"{config.Path}: \"hidden_act\" is '{other}'; only quick_gelu and gelu are known. Use a CLIP checkpoint of OpenAI's or OpenCLIP's kind."),
    };
}
