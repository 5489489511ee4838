using Diptych.Common.Runtime;
using static TorchSharp.torch;

namespace Diptych.Common.Layers;

/// <summary>Moves networks to the device they run on.</summary>
public static class Placement
{
    /// <summary>
    /// Moves all weights and buffers. TorchSharp's own <c>to</c> makes new parameters, which an optimizer would not know, and fails for a network that holds
    /// a dictionary of modules (0.107 looks its properties up by name, and a dictionary has several indexers).
    /// </summary>
    public static void MoveTo(this nn.Module network, Device device)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(device);
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        foreach (var tensor in network.parameters().Concat(network.buffers()).Where(tensor => tensor.device_type != device.type))
        {
            TensorData.Set(tensor, tensor.detach().to(device));
        }
    }
}
