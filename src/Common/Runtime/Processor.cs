using System.Runtime.Intrinsics.X86;

namespace Diptych.Common.Runtime;

/// <summary>What the processor can do, whatever .NET was told to use of it.</summary>
public static class Processor
{
    /// <summary>Whether it has AVX-512 (leaf 7 of CPUID, bit 16 of EBX).</summary>
    public static bool HasAvx512 { get; } = X86Base.IsSupported && (X86Base.CpuId(7, 0).Ebx & (1 << 16)) != 0;
}
