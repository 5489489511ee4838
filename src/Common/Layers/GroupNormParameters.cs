using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Diptych.Common.Layers;

/// <summary>A group normalisation's parameters.</summary>
/// <param name="Weight">Factors, [c].</param>
/// <param name="Bias">What is added, [c].</param>
/// <param name="Groups">Groups the channels are in.</param>
internal readonly record struct GroupNormParameters(Tensor Weight, Tensor Bias, long Groups)
{
    /// <summary>Those of a layer.</summary>
    public static GroupNormParameters Of(GroupNorm norm) => new(norm.weight, norm.bias!, norm.num_groups);
}
