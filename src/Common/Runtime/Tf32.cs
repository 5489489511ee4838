using static TorchSharp.torch;

namespace Diptych.Common.Runtime;

/// <summary>
/// TF32: fp32 matrix products and convolutions whose factors are rounded to 10 bits of mantissa, several times as fast on NVIDIA GPUs from
/// 2020 on. One switch for the whole process; on other hardware it does nothing.
/// </summary>
public static class Tf32
{
    /// <summary>Whether it is allowed in matrix products and in convolutions.</summary>
    public static bool Allowed
    {
        get => backends.cuda.matmul.allow_tf32 && backends.cudnn.allow_tf32;
        set => backends.cuda.matmul.allow_tf32 = backends.cudnn.allow_tf32 = value;
    }
}
