using Diptych.Common.Layers;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Diptych.Common.Training;

/// <summary>A trainable tensor.</summary>
/// <param name="Name">Its name in checkpoints and exports.</param>
/// <param name="Value">The tensor.</param>
/// <param name="IsFactor">Whether it is a factor of matrix products or convolutions and nothing else, so that mixed precision only ever reads it in bf16.</param>
/// <param name="IsDeep">Whether it is a convolution's, <see cref="Convolution2d.IsDeep"/>.</param>
public readonly record struct NamedParameter(string Name, Parameter Value, bool IsFactor = false, bool IsDeep = false)
{
    /// <summary>Every parameter of a network.</summary>
    /// <param name="network">The network.</param>
    /// <param name="prefix">What their names begin with.</param>
    public static IEnumerable<NamedParameter> Of(nn.Module network, string prefix = "")
    {
        ArgumentNullException.ThrowIfNull(network);
        var factors = network.named_modules().Where(layer => layer.module is Linear or LinearLayer or Convolution2d).ToDictionary(layer => layer.name + ".weight", layer => layer.module, StringComparer.Ordinal);
        return network.named_parameters().Select(p =>
            factors.TryGetValue(p.name, out var layer) ? new NamedParameter(prefix + p.name, p.parameter, IsFactor: true, layer is Convolution2d { IsDeep: true }) : new NamedParameter(prefix + p.name, p.parameter));
    }
}
