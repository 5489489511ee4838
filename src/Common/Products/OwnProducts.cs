using System.Runtime.Intrinsics.X86;
using Diptych.Common.Runtime;
using static TorchSharp.torch;

namespace Diptych.Common.Products;

/// <summary>
/// Whether fp32 linear layers and convolutions on the CPU run in kernels of ours instead of libtorch's, on a processor with AVX-512: convolutions of the sizes where libtorch's (oneDNN) are slow on
/// every processor, linear layers where its products do not use the processor well (MKL on AMD), which is measured once on a machine (<see cref="LinearSpeeds"/>), and where a small network's
/// weights are kept as the kernels read them (<see cref="KeptKernels"/>): two rows of a time embedding take half as long then.
/// </summary>
public static class OwnProducts
{
    private const int Block = ProductKernel.HalfColumns;

    // Rows of a larger picture lie whole pages apart, which costs more than is won.
    private const long MostPlainPixels = 256;
    private const long MostWholePixels = 128;

    // Far from what is measured, so that a busy machine chooses as a quiet one does. With many rows ours are 2.0 to 2.4 times as fast where MKL keeps to AVX2 and that is a loss, and otherwise 1.0 to
    // 1.2. With few, MKL's time goes into laying the weight out: 1.2 to 1.6 on a Zen 4, and more on two threads.
    private const double ClearlyFaster = 1.5;
    private const double ClearlyFasterOfFew = 1.1;

    // Of fewer libtorch's are products of vectors.
    private const long LeastFewRows = 8;

    /// <summary>Rows up to which there are few: of more, MKL's products are good where its large ones are.</summary>
    internal const int MostFewRows = 128;

    /// <summary>When they are used: one switch for the whole process.</summary>
    public static ProductChoice Choice { get; set; }

    /// <summary>Whether the processor has what the kernels are made of. (.NET's own code keeps off it on some, whose clock falls where little of it is used; products are all of it.)</summary>
    public static bool AreSupported => Avx512F.IsSupported;

    /// <summary>Whether convolutions run in them where they can, and linear layers whose weights are kept.</summary>
    public static bool AreUsedInConvolutions => AreSupported && Choice != ProductChoice.Never;

    /// <summary>Whether linear layers do, however many rows they have; of <see cref="AreUsedForFewRows"/> it is a question of its own.</summary>
    public static bool AreUsedInLinearLayers => AreSupported && Choice switch
    {
        ProductChoice.WhereFaster => LinearSpeeds.Here.ManyRows > ClearlyFaster,
        ProductChoice.Always => true,
        _ => false,
    };

    /// <summary>Whether linear layers of few rows do: tokens of a prompt, or of a picture of 8x8. MKL lays the weight anew in each, which takes it twice as long as ours on AMD.</summary>
    public static bool AreUsedForFewRows => AreUsedInLinearLayers || (AreSupported && Choice == ProductChoice.WhereFaster && LinearSpeeds.Here.FewRows > ClearlyFasterOfFew);

    /// <summary>Whether a linear layer of this weight [out, in] runs in them for this input.</summary>
    public static bool CanMultiply(Tensor x, Tensor weight)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(weight);
        return IsFloat(x, weight) && weight.size(0) % Block == 0 && weight.size(1) % Block == 0 && x.numel() is > 0 and <= int.MaxValue && !Autocast.IsOn(x.device)
            && (AreUsedInLinearLayers || (AreUsedInConvolutions && KeptKernels.Has(weight)) || (x.numel() / weight.size(1) is >= LeastFewRows and <= MostFewRows && AreUsedForFewRows));
    }

    /// <summary>Whether a convolution of this weight [out, in, k, k] that keeps the size of pictures [n, in, h, w] runs in them.</summary>
    public static bool CanConvolve(Tensor x, Tensor weight)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(weight);
        return CanReadPictures(x, weight)
            && ((weight.size(2) == 1 && x.size(2) * x.size(3) <= MostPlainPixels) || (weight.size(2) == 3 && IsBetterOurs(x, weight))) && AreUsedInConvolutions && !Autocast.IsOn(x.device);
    }

    /// <summary>Whether a 3x3 convolution of this weight [out, in, 3, 3], of pictures [n, in, h, w] enlarged twofold, runs in them without enlarging.</summary>
    public static bool CanEnlarge(Tensor x, Tensor weight)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(weight);
        return CanReadPictures(x, weight) && ConvolutionSizes.CanEnlarge(x, weight) && AreUsedInConvolutions && !Autocast.IsOn(x.device);
    }

    /// <summary>Whether a 3x3 convolution of stride 2 and of this weight [out, in, 3, 3], of pictures [n, in, h, w] with a pixel of padding, runs in them.</summary>
    public static bool CanHalve(Tensor x, Tensor weight)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(weight);
        return CanReadPictures(x, weight) && ConvolutionSizes.CanHalve(x, weight) && AreUsedInConvolutions && !Autocast.IsOn(x.device);
    }

    /// <summary>Whether the kernels can read this weight, which may be kept as they do (<see cref="KeptKernels"/>).</summary>
    internal static bool CanKeep(Tensor weight) => IsFloat(weight, weight) && weight.size(0) % Block == 0 && weight.size(1) % Block == 0;

    // Libtorch's convolutions are good but for two kinds. Of few pixels it lays the weight anew in every one. Of many, tiles save more multiplications than
    // transforming the kernels costs.
    private static bool IsBetterOurs(Tensor x, Tensor weight) => x.size(0) * x.size(2) * x.size(3) <= MostWholePixels || ConvolutionSizes.CanTile(x, weight);

    private static bool CanReadPictures(Tensor x, Tensor weight) =>
        IsFloat(x, weight) && x.dim() == 4 && weight.size(0) % Block == 0 && weight.size(1) % Block == 0 && x.size(2) * x.size(3) % Block == 0 && x.numel() is > 0 and <= int.MaxValue;

    private static bool IsFloat(Tensor x, Tensor weight) =>
        x.device_type == TorchSharp.DeviceType.CPU && x.dtype == ScalarType.Float32 && weight.dtype == ScalarType.Float32 && weight.is_contiguous();
}
