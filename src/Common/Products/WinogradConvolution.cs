using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Diptych.Common.Runtime;
using static TorchSharp.torch;

namespace Diptych.Common.Products;

/// <summary>
/// A 3x3 convolution in four ninths of the multiplications (Winograd's F(2x2, 3x3), see <see cref="WinogradTransforms"/>): pictures are laid with their channels innermost, cut into overlapping tiles of
/// 4x4 whose sixteen places are each a product of their own, [tiles, in] times [in, out], and laid back.
/// </summary>
/// <param name="pictures">Pictures, n.</param>
/// <param name="inputs">Channels in; a multiple of sixteen.</param>
/// <param name="outputs">Channels out; a multiple of sixteen.</param>
/// <param name="height">Rows of a picture; even.</param>
/// <param name="width">Pixels of a row; even, a multiple of sixteen with <paramref name="height"/>.</param>
internal readonly unsafe struct WinogradConvolution(int pictures, int inputs, int outputs, int height, int width)
{
    private const int Places = WinogradTransforms.Places;
    private const int Half = ProductKernel.HalfColumns;

    // Transformed tiles of half the size of a core's second cache, next to the kernels of 32 channels (Zen 5: 1 MB).
    private const int CachedNumbers = 96 << 10;
    private const int FewestTiles = 2 * ProductKernel.TileRows;

    private int MostTiles => Math.Max(FewestTiles, CachedNumbers / Places / inputs / ProductKernel.TileRows * ProductKernel.TileRows);

    private int Pixels => height * width;

    private nint KernelPlace => WinogradKernels.Place(inputs, outputs);

    // A line of the cache more than the numbers take, as between kernels.
    private nint TilePlace(int tiles) => ((nint)tiles * inputs) + Half;

    private static nint SumPlace(int tiles) => ((nint)tiles * ProductKernel.TileColumns) + Half;

    /// <summary>W * x + b.</summary>
    /// <param name="x">[n, in, h, w].</param>
    /// <param name="kernels">W (<see cref="WinogradKernels"/>).</param>
    /// <param name="bias">b, or null for none.</param>
    public Tensor Run(Tensor x, float* kernels, float* bias)
    {
        var self = this;
        using var from = empty([pictures, height, width, inputs], dtype: ScalarType.Float32);
        using var to = empty([pictures, height, width, outputs], dtype: ScalarType.Float32);
        var y = empty([pictures, outputs, height, width], dtype: ScalarType.Float32);
        float* source = TensorData.Floats(x), first = TensorData.Floats(from), second = TensorData.Floats(to), result = TensorData.Floats(y);
        SharedWork.Over(pictures * inputs / Half, 16 * x.numel(), (begin, end) => self.LayInnermost(source, first, begin, end));
        SharedWork.Over(pictures * Pixels / 4, 8.0 * inputs * outputs * pictures * Pixels, (begin, end) => self.Multiply(first, kernels, bias, second, begin, end));
        SharedWork.Over(pictures * outputs / Half, 16 * y.numel(), (begin, end) => self.LayBack(second, result, begin, end));
        return y;
    }

    // Sixteen channels of one picture at a time.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void LayInnermost(float* from, float* to, int begin, int end)
    {
        for (var item = begin; item < end; item++)
        {
            var (picture, chunk) = Math.DivRem(item, inputs / Half);
            var source = from + (((picture * (nint)inputs) + (chunk * Half)) * Pixels);
            Transposition.ExchangeStrip(source, Pixels, Pixels, to + (picture * (nint)Pixels * inputs) + (chunk * Half), inputs);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void LayBack(float* from, float* to, int begin, int end)
    {
        for (var item = begin; item < end; item++)
        {
            var (picture, chunk) = Math.DivRem(item, outputs / Half);
            var source = from + (picture * (nint)Pixels * outputs) + (chunk * Half);
            var target = to + (((picture * (nint)outputs) + (chunk * Half)) * Pixels);
            for (var pixel = 0; pixel < Pixels; pixel += Half)
            {
                Transposition.Exchange(source + (pixel * (nint)outputs), outputs, target + pixel, Pixels);
            }
        }
    }

    private void Multiply(float* from, float* kernels, float* bias, float* to, int begin, int end)
    {
        var most = MostTiles;
        var tiles = (float*)NativeMemory.AlignedAlloc((nuint)(Places * TilePlace(most) * sizeof(float)), 64);
        var sums = (float*)NativeMemory.AlignedAlloc((nuint)(Places * SumPlace(most) * sizeof(float)), 64);
        var outside = (float*)NativeMemory.AllocZeroed((nuint)inputs, sizeof(float));
        try
        {
            for (var tile = begin; tile < end; tile += most)
            {
                var count = Math.Min(most, end - tile);
                Cut(from, outside, tile, count, tiles);
                for (var panel = 0; panel < WinogradKernels.Panels(outputs); panel++)
                {
                    MultiplyPanel(tiles, kernels + (panel * (nint)inputs * ProductKernel.TileColumns), count, sums);
                    Join(sums, count, bias, tile, panel * ProductKernel.TileColumns, to);
                }
            }
        }
        finally
        {
            NativeMemory.AlignedFree(tiles);
            NativeMemory.AlignedFree(sums);
            NativeMemory.Free(outside);
        }
    }

    // [16, count, in].
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    [SkipLocalsInit]
    private void Cut(float* from, float* outside, int tile, int count, float* to)
    {
        var pixels = stackalloc float*[Places];
        for (var i = 0; i < count; i++)
        {
            var (picture, y, x) = Corner(tile + i);
            var corner = from + (picture * (nint)Pixels * inputs);
            for (var place = 0; place < Places; place++)
            {
                var (down, right) = (y - 1 + (place / 4), x - 1 + (place % 4));
                var isInside = down >= 0 && down < height && right >= 0 && right < width;
                pixels[place] = isInside ? corner + (((down * width) + right) * (nint)inputs) : outside;
            }

            WinogradTransforms.Input(pixels, inputs, to + (i * (nint)inputs), TilePlace(count));
        }
    }

    // [16, count, in] times [16, in, 32].
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void MultiplyPanel(float* tiles, float* kernels, int count, float* sums)
    {
        var block = MatrixProduct.BlockDepth(inputs);
        for (var place = 0; place < Places; place++)
        {
            var factor = new ProductFactor(tiles + (place * TilePlace(count)), inputs, 1);
            var target = ProductTarget.Matrix(sums + (place * SumPlace(count)), ProductKernel.TileColumns);
            for (var k = 0; k < inputs; k += block)
            {
                MatrixProduct.MultiplyPanel(
                    factor.From(0, k), kernels + (place * KernelPlace) + (k * (nint)ProductKernel.TileColumns), count, Math.Min(block, inputs - k),
                    target.Half(0, 0, count, k == 0), target.Half(1, 0, count, k == 0));
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Join(float* sums, int count, float* bias, int tile, int channel, float* to)
    {
        var channels = Math.Min(ProductKernel.TileColumns, outputs - channel);
        for (var i = 0; i < count; i++)
        {
            var (picture, y, x) = Corner(tile + i);
            var corner = to + ((((picture * (nint)height) + y) * width) + x) * outputs;
            WinogradTransforms.Output(
                sums + (i * (nint)ProductKernel.TileColumns), SumPlace(count), bias is null ? null : bias + channel, channels, corner + channel, outputs, (nint)width * outputs);
        }
    }

    private (int Picture, int Y, int X) Corner(int tile)
    {
        var (picture, place) = Math.DivRem(tile, Pixels / 4);
        var (row, column) = Math.DivRem(place, width / 2);
        return (picture, 2 * row, 2 * column);
    }
}
