namespace Diptych.Common.Runtime;

/// <summary>The precision matrix products and convolutions run in; weights and losses are fp32 either way.</summary>
public enum MixedPrecision
{
    /// <summary>fp32 throughout.</summary>
    No,

    /// <summary>bf16 products under autocast.</summary>
    Bf16,
}
