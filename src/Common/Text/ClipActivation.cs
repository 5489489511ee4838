using static TorchSharp.torch;

namespace Diptych.Common.Text;

/// <summary>The non-linearities CLIP checkpoints use in their feed-forward blocks.</summary>
public enum ClipActivation
{
    /// <summary>x times the sigmoid of 1.702 x: OpenAI's models, and Stable Diffusion 1.</summary>
    QuickGelu,

    /// <summary>x times the normal distribution function of x: OpenCLIP's models, and Stable Diffusion 2.</summary>
    Gelu,
}

internal static class ClipActivations
{
    public static Tensor Apply(this ClipActivation activation, Tensor x) =>
        activation is ClipActivation.Gelu ? nn.functional.gelu(x) : x * sigmoid(1.702 * x);
}
