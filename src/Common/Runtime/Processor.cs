using System.Globalization;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using System.Text;

namespace Diptych.Common.Runtime;

/// <summary>What the processor can do, whatever .NET was told to use of it.</summary>
public static class Processor
{
    /// <summary>Whether it has AVX-512 (leaf 7 of CPUID, bit 16 of EBX).</summary>
    public static bool HasAvx512 { get; } = X86Base.IsSupported && (X86Base.CpuId(7, 0).Ebx & (1 << 16)) != 0;

    /// <summary>Its maker and model, the same for all processors that run the same code at the same speed per cycle, such as <c>AuthenticAMD-00A10F11</c> (leaves 0 and 1 of CPUID); elsewhere the architecture.</summary>
    public static string Model { get; } = X86Base.IsSupported ? Maker() + "-" + X86Base.CpuId(1, 0).Eax.ToString("X8", CultureInfo.InvariantCulture) : RuntimeInformation.ProcessArchitecture.ToString();

    private static string Maker()
    {
        var (_, first, last, middle) = X86Base.CpuId(0, 0);
        return Encoding.ASCII.GetString(MemoryMarshal.AsBytes<int>([first, middle, last]));
    }
}
