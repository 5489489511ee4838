namespace Diptych.Common.Weights;

/// <summary>The types weights can be kept in.</summary>
public enum WeightPrecision
{
    /// <summary>32 bits.</summary>
    Fp32,

    /// <summary>16 bits with fp32's range and 8 bits of mantissa.</summary>
    Bf16,

    /// <summary>16 bits with 11 bits of mantissa, up to 65504.</summary>
    Fp16,
}
