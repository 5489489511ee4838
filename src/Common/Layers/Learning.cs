using static TorchSharp.torch;

namespace Diptych.Common.Layers;

/// <summary>Says which networks learn.</summary>
public static class Learning
{
    /// <summary>Makes every parameter of a network ask for a gradient, or none.</summary>
    public static void SetLearning(this nn.Module network, bool learns)
    {
        ArgumentNullException.ThrowIfNull(network);
        foreach (var parameter in network.parameters())
        {
            parameter.requires_grad = learns;
        }
    }
}
