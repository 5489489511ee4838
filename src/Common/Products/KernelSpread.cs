using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Diptych.Common.Runtime;

namespace Diptych.Common.Products;

/// <summary>
/// The input's gradient of a 3x3 convolution, some channels at a time: what each place of the kernel adds, W^T dy, and from there to the pixels it came from (col2im).
/// No weight is laid anew: nine neighbours in memory are nine rows of the product.
/// </summary>
/// <param name="panels">dy, [panels, out, 32].</param>
/// <param name="weight">W, [out, in * 9].</param>
/// <param name="kept">W as <see cref="PackedFactor"/> with a row for each input and place, or null where it must be laid out.</param>
/// <param name="result">dx, [n, in, planes, pixels].</param>
/// <param name="size">The convolution's sizes.</param>
/// <param name="taps">Places of the kernel.</param>
internal readonly unsafe struct KernelSpread(float* panels, float* weight, float* kept, float* result, ConvolutionSizes size, PictureTaps taps)
{
    /// <summary>Channels taken at a time: the places of their kernels fill whole tiles, 16 * 9 = 12 * 12, and lie side by side in the weight, ten lines of the cache.</summary>
    public const int GroupChannels = 16;

    private const int Rows = GroupChannels * PictureTaps.Count;
    private const int Tiles = Rows / ProductKernel.TileRows;
    private const int Half = ProductKernel.HalfColumns;

    private readonly float* _panels = panels;
    private readonly float* _weight = weight;
    private readonly float* _kept = kept;
    private readonly float* _result = result;

    /// <summary>Does the groups of channels from one up to another.</summary>
    public void Run(int from, int to)
    {
        var block = MatrixProduct.BlockDepth(size.Outputs);
        // A pixel's neighbours may lie a row and a pixel outside, where nothing is read but addresses are formed.
        nint margin = (taps.Width + 1 + Half) / Half * Half;
        nint columns = (size.Chunks + 1) / 2 * ProductKernel.TileColumns;
        using var ofSums = Scratch.Take((Rows * columns) + (2 * margin));
        using var ofFactor = Scratch.Take(Rows * block);
        var sums = ofSums.First + margin;
        for (var group = from; group < to; group++)
        {
            Multiply(group, block, ofFactor.First, sums, columns);
            for (var channel = 0; channel < GroupChannels; channel++)
            {
                Gather(sums + (channel * PictureTaps.Count * columns), columns, (group * GroupChannels) + channel);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Multiply(int group, int block, float* room, float* sums, nint columns)
    {
        for (var k = 0; k < size.Outputs; k += block)
        {
            var count = Math.Min(block, size.Outputs - k);
            if (_kept is null)
            {
                PackFactor(_weight + (k * (nint)size.Depth) + (group * Rows), count, room);
            }

            var factor = _kept is null ? PackedFactor.At(room, count) : PackedFactor.At(_kept, size.Outputs).From(group * Rows, k);
            for (nint panel = 0; panel < columns / ProductKernel.TileColumns; panel++)
            {
                var place = sums + (panel * ProductKernel.TileColumns);
                var right = (2 * panel) + 1 < size.Chunks ? Part(place + Half, columns, k) : ProductTarget.Waste;
                MatrixProduct.MultiplyPanel(
                    factor, _panels + (((panel * size.Outputs) + k) * ProductKernel.TileColumns), Rows, count, Part(place, columns, k), right,
                    panel > 0 ? ReadAhead.Nothing : _kept is not null ? factor.Ahead : Next(k, group));
            }
        }
    }

    // The next group's weights: a line of each row by each of the tiles.
    private ReadAhead Next(int k, int group) => new(_weight + (k * (nint)size.Depth) + ((group + 1) * Rows), size.Depth, Half, Rows / Half);

    private static TileHalf Part(float* to, nint columns, int depth) =>
        depth == 0 ? new(ProductTarget.Waste.Start, 0, to, columns) : new(to, columns, to, columns);

    // The weights of a group as tiles read them, [tiles, depth, 12].
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void PackFactor(float* from, int count, float* to)
    {
        for (var k = 0; k < count; k++)
        {
            var target = to + (k * (nint)ProductKernel.TileRows);
            for (var tile = 0; tile < Tiles; tile++)
            {
                var source = from + (tile * ProductKernel.TileRows);
                Vector256.Load(source).Store(target);
                Vector128.Load(source + Vector256<float>.Count).Store(target + Vector256<float>.Count);
                target += count * (nint)ProductKernel.TileRows;
            }

            from += size.Depth;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Gather(float* sums, nint columns, int channel)
    {
        var chunks = size.Pixels / Half;
        for (var chunk = 0; chunk < size.Chunks; chunk++)
        {
            var (sample, place) = Math.DivRem(chunk, chunks);
            var sources = taps.Sources(place);
            var steps = taps.Steps;
            var source = sums + (chunk * (nint)Half);
            for (var plane = 0; plane < taps.Planes; plane++)
            {
                var sum = Vector512<float>.Zero;
                foreach (var tap in taps.OfPlane(plane))
                {
                    // The pixel is seen at this place of the kernel by the one on the opposite side of it.
                    sum += Avx512F.MaskLoad(source + (tap * columns) - steps[tap], sources[tap], Vector512<float>.Zero);
                }

                sum.Store(_result + (((((sample * (nint)size.Inputs) + channel) * taps.Planes) + plane) * size.Pixels) + (place * Half));
            }
        }
    }
}
