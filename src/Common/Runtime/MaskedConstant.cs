using System.Runtime.InteropServices;

namespace Diptych.Common.Runtime;

/// <summary>
/// Keeps in memory the page of the constant that libtorch's AVX-512 <c>exp</c> (SLEEF) gives where it overflows. The function reads it under a mask that is
/// empty for every ordinary number; where the page has left the processor's page tables, as a virtual machine's may at any time, such a read brings it back
/// for nobody and costs some 200 ns instead of 5, in every call from then on: training steps with SiLU took two and a half times as long. One number that
/// does overflow reads it in earnest.
/// </summary>
public static unsafe class MaskedConstant
{
    private static readonly delegate* unmanaged<float, float> Exp = Find();

    /// <summary>Reads the constant, in a few nanoseconds; nothing where this libtorch or processor takes another function. To be called before a SiLU.</summary>
    public static void Read()
    {
        if (Exp is not null)
        {
            // A vector of sixteen is passed in the register that a single number is passed in the lowest place of; the other places do not matter.
            _ = Exp(200f);
        }
    }

    private static delegate* unmanaged<float, float> Find() =>
        Processor.HasAvx512 && NativeLibrary.TryGetExport(TorchRuntime.LibtorchCpu, "Sleef_finz_expf16_u10avx512f", out var exp) ? (delegate* unmanaged<float, float>)exp : null;
}
