namespace Diptych.Common.Runtime;

/// <summary>The precision matrix products and convolutions run in; weights and losses are fp32 either way.</summary>
public enum MixedPrecision
{
    /// <summary>fp32 throughout.</summary>
    No,

    /// <summary>bf16 products under autocast.</summary>
    Bf16,

    /// <summary>bf16 where the device multiplies it in hardware, else fp32: in software bf16 is the slower of the two.</summary>
    Auto,
}
