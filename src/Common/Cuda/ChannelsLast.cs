using static TorchSharp.torch;

namespace Diptych.Common.Cuda;

/// <summary>Pictures whose channels lie side by side in memory: [n, c, h, w] to the caller, [n, h, w, c] to the kernels.</summary>
public static class ChannelsLast
{
    /// <summary>Whether the numbers of a [n, c, h, w] tensor lie in that order without gaps. Directions of length one may have any stride.</summary>
    public static bool IsChannelsLast(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        if (x.dim() != 4)
        {
            return false;
        }

        var (size, stride) = (x.shape, x.stride());
        var expected = Strides(size);
        for (var i = 0; i < 4; i++)
        {
            if (size[i] != 1 && stride[i] != expected[i])
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>[n, c, h, w] in that order: <paramref name="x"/> itself where it is already, a copy otherwise. Gradients pass.</summary>
    public static Tensor ToChannelsLast(Tensor x)
    {
        if (IsChannelsLast(x))
        {
            return x;
        }

        using var moved = x.permute(0, 2, 3, 1);
        using var packed = moved.contiguous();
        return packed.permute(0, 3, 1, 2);
    }

    /// <summary>A new [n, c, h, w] tensor in that order, like <paramref name="x"/> in all else and with arbitrary numbers. It is no view, so that it may be changed in place.</summary>
    internal static Tensor EmptyLike(Tensor x)
    {
        var size = x.shape;
        return empty_strided(size, Strides(size), dtype: x.dtype, device: x.device);
    }

    private static long[] Strides(long[] size) => [size[1] * size[2] * size[3], 1, size[1] * size[3], size[1]];
}
