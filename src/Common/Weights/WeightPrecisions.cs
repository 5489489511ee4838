using static TorchSharp.torch;

namespace Diptych.Common.Weights;

/// <summary>Weight precisions as libtorch calls them.</summary>
public static class WeightPrecisions
{
    /// <summary>The element type.</summary>
    public static ScalarType Type(this WeightPrecision precision) => precision switch
    {
        WeightPrecision.Bf16 => ScalarType.BFloat16,
        WeightPrecision.Fp16 => ScalarType.Float16,
        _ => ScalarType.Float32,
    };
}
