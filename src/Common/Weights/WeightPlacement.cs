using static TorchSharp.torch;

namespace Diptych.Common.Weights;

/// <summary>Where a network's weights go and in which type they are kept.</summary>
/// <param name="Device">The device.</param>
/// <param name="Dtype">fp32, fp16 or bf16.</param>
public sealed record WeightPlacement(Device Device, ScalarType Dtype)
{
    /// <summary>fp32 on the CPU.</summary>
    public static WeightPlacement Default { get; } = new(CPU, ScalarType.Float32);
}
