using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Diptych.Common.Runtime;
using static TorchSharp.torch;

namespace Diptych.Common.Products;

/// <summary>
/// The gradient of a 3x3 convolution's weight in four ninths of the multiplications: that of <see cref="WinogradConvolution{TTiles}"/> with <see cref="SmallTiles"/>, G^T [sum of (A dY A^T) * (B^T d B)] G over all
/// tiles. Its sixteen places are products [out, tiles] times [tiles, in].
/// </summary>
internal static unsafe class WinogradWeightGradient
{
    private const int Places = 16;
    private const int Rows = 4;
    private const int Half = ProductKernel.HalfColumns;

    // Tiles of a strip: its places stay in a core's second cache until the strip is cut.
    private const int TilesPerStrip = 32;

    // Fewer tiles do not pay for sixteen ninths of the weight, written and read once more.
    private const int LeastTiles = 64;

    // Larger ones leave the caches between the transforms and the products.
    private const long MostKernels = 200 * 200;
    private const long MostNumbers = 4 << 20;

    /// <summary>Whether a gradient is taken so, and faster.</summary>
    /// <param name="parts">Inputs and gradients of outputs.</param>
    /// <param name="weight">[out, in, k, k].</param>
    public static bool Pays(IReadOnlyList<(Tensor X, Tensor Gradient)> parts, Tensor weight)
    {
        if (parts[0].X.dim() > 4)
        {
            return false;
        }

        var tiles = parts.Sum(part => part.X.size(0) * part.X.size(2) * part.X.size(3)) / (SmallTiles.Side * SmallTiles.Side);
        return weight.size(2) == 3 && parts[0].X.size(2) % SmallTiles.Side == 0 && parts[0].X.size(3) % SmallTiles.Side == 0 && weight.size(0) * weight.size(1) <= MostKernels
            && tiles >= LeastTiles && Places * tiles * (weight.size(0) + weight.size(1)) <= MostNumbers;
    }

    /// <summary>The gradient over the samples of several inputs.</summary>
    /// <param name="parts">Inputs [n, in, h, w] and gradients of outputs [n, out, h, w].</param>
    /// <param name="result">[out, in, 3, 3], written over.</param>
    public static void Run(IReadOnlyList<(Tensor X, Tensor Gradient)> parts, Tensor result)
    {
        var (outputs, inputs) = ((int)result.size(0), (int)result.size(1));
        var of = parts.Select(part => (X: Tiles<SmallTiles>(part.X), Gradient: Tiles<SmallTileGradients>(part.Gradient))).ToArray();
        var count = of.Sum(part => part.X.Tiles);
        var (xPlace, gradientPlace, sumPlace) = (of[0].X.Place(count), of[0].Gradient.Place(count), ((nint)outputs * inputs) + Half);
        using var room = Scratch.Take(Places * (xPlace + gradientPlace + sumPlace));
        var x = room.First;
        var gradient = x + (Places * xPlace);
        var sums = gradient + (Places * gradientPlace);
        nint before = 0;
        for (var part = 0; part < parts.Count; part++)
        {
            Cut(of[part].X, parts[part].X, x + (before * inputs), xPlace);
            Cut(of[part].Gradient, parts[part].Gradient, gradient + (before * outputs), gradientPlace);
            before += of[part].X.Tiles;
        }

        SharedWork.Over(Places, 2.0 * Places * count * outputs * inputs, (begin, end) =>
        {
            for (var place = begin; place < end; place++)
            {
                MatrixProduct.Multiply(
                    new ProductFactor(gradient + (place * gradientPlace), 1, outputs), new RowPanels(x + (place * xPlace), inputs), outputs, count, inputs / Half,
                    ProductTarget.Matrix(sums + (place * sumPlace), inputs));
            }
        });
        var to = TensorData.Floats(result);
        SharedWork.Over(outputs, 100.0 * outputs * inputs, (begin, end) => Gather(sums, sumPlace, inputs, to, begin, end));
    }

    private static PictureTiles<TTiles> Tiles<TTiles>(Tensor pictures)
        where TTiles : struct, ITileInput => new((int)pictures.size(0), (int)pictures.size(1), (int)pictures.size(2), (int)pictures.size(3), TilesPerStrip);

    private static void Cut<TTiles>(PictureTiles<TTiles> tiles, Tensor pictures, float* to, nint place)
        where TTiles : struct, ITileInput
    {
        var (from, channels) = ((nint)TensorData.Floats(pictures), pictures.size(1));
        SharedWork.Over(tiles.Strips, 40.0 * tiles.Tiles * channels, (begin, end) => tiles.Cut((float*)from, begin, end, to + (tiles.TilesBefore(begin) * (nint)channels), place));
    }

    // G^T m G of the outputs from one number up to another, sixteen inputs at a time: nine registers of sixteen kernels become sixteen kernels of nine numbers.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    [SkipLocalsInit]
    private static void Gather(float* sums, nint place, int inputs, float* to, int begin, int end)
    {
        var columns = stackalloc Vector512<float>[3 * Rows];
        var places = stackalloc Vector512<float>[Half];
        var kernels = stackalloc Vector512<float>[Half];
        new Span<Vector512<float>>(places, Half).Clear();
        var nine = Vector512.LessThan(Vector512<int>.Indices, Vector512.Create(PictureTaps.Count)).AsSingle();
        for (var output = begin; output < end; output++)
        {
            for (var input = 0; input < inputs; input += Half)
            {
                var from = sums + (output * (nint)inputs) + input;
                for (var row = 0; row < Rows; row++, from += Rows * place)
                {
                    Gather(Vector512.Load(from), Vector512.Load(from + place), Vector512.Load(from + (2 * place)), Vector512.Load(from + (3 * place)), columns + row, Rows);
                }

                for (var column = 0; column < 3; column++)
                {
                    var m = columns + (column * Rows);
                    Gather(m[0], m[1], m[2], m[3], places + column, 3);
                }

                Transposition.Exchange((float*)places, Half, (float*)kernels, Half);
                var target = to + (((output * (nint)inputs) + input) * PictureTaps.Count);
                for (var i = 0; i < Half; i++, target += PictureTaps.Count)
                {
                    Avx512F.MaskStore(target, nine, kernels[i]);
                }
            }
        }
    }

    // G^T times a column of m.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Gather(Vector512<float> m0, Vector512<float> m1, Vector512<float> m2, Vector512<float> m3, Vector512<float>* to, int step)
    {
        var half = Vector512.Create(0.5f);
        var inner = (m1 + m2) * half;
        to[0] = m0 + inner;
        to[step] = (m1 - m2) * half;
        to[2 * step] = inner + m3;
    }
}
