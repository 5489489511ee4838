using static TorchSharp.torch;

namespace Diptych.Common.Products;

/// <summary>The sizes of a convolution.</summary>
/// <param name="Samples">Pictures, n.</param>
/// <param name="Inputs">Channels in.</param>
/// <param name="Outputs">Channels out.</param>
/// <param name="Pixels">Pixels of a picture that comes out.</param>
/// <param name="Taps">Places of a 3x3 kernel; null for 1x1.</param>
/// <param name="IsTiled">Whether a 3x3 convolution goes by tiles (<see cref="WinogradConvolution{TTiles}"/>); otherwise all its products are taken.</param>
/// <param name="HasLargeTiles">Whether those are <see cref="LargeTiles"/>.</param>
internal sealed record ConvolutionSizes(int Samples, int Inputs, int Outputs, int Pixels, PictureTaps? Taps, bool IsTiled, bool HasLargeTiles)
{
    // Fewer do not pay for transforming the kernels, or for reading sixteen ninths of them.
    private const int LeastSmallTiles = 32;

    // What is read of 36 ninths of the kernels is multiplied by so many at once.
    private const int LeastLargeTiles = 16;

    // Kernels that are kept are fetched as fast as so many tiles are multiplied by them, each thread's: of pictures of 8x8 or 4x4 two.
    private const int LeastKeptTiles = 8;

    // As many tiles of pictures that are enlarged.
    private const int LeastEnlargedPixels = LeastLargeTiles * 4;

    // Of a convolution of stride 2: libtorch's take 1.2 to 3 times as long for fewer, as long for twice as many.
    private const long MostHalvedPixels = 512;

    // Larger transformed kernels leave the caches in every convolution.
    private const long MostKernels = 240 * 240;
    private const long MostKept = 256 * 256;

    // Of many pixels it pays all the same, by large tiles, if each thread has enough of them. More kernels, transformed, take more than 47 MB.
    private const long MostOfMany = 640 * 512;
    private const long LeastTilesOfMany = 32;

    // However many kernels there are, if each thread transforms a panel of them just before it is read, and has so many tiles: half of libtorch's time (640 to 640 or 1280 to 1280 channels at 16x16).
    private const long LeastTilesOfPanels = 8;

    // Of a gradient, which otherwise is laid out as nine rows for each channel and gathered: two thirds of the time (1280 to 1280 channels at 8x8). Forward it would be the same.
    private const long LeastTilesOfGradients = 16;

    /// <summary>Products in each sum of an output.</summary>
    public int Depth => Inputs * (Taps is null ? 1 : PictureTaps.Count);

    /// <summary>Pixels of all pictures, in sixteens.</summary>
    public int Chunks => Samples * Pixels / ProductKernel.HalfColumns;

    /// <summary>Those of pictures [n, .., h, w], or of the planes [n, .., 4, h, w] of larger ones, and a weight [out, in, k, k].</summary>
    public static ConvolutionSizes Of(Tensor pictures, Tensor weight)
    {
        if (pictures.dim() > 4)
        {
            return Halving(pictures, weight);
        }

        var (height, width, isTiled) = ((int)pictures.size(2), (int)pictures.size(3), CanTile(pictures, weight));
        return new(
            (int)pictures.size(0), (int)weight.size(1), (int)weight.size(0), height * width, weight.size(2) == 1 ? null : PictureTaps.For(height, width), isTiled, isTiled && AreTilesLarge(pictures, weight));
    }

    /// <summary>Those of a convolution that takes the gradient of what came out, [n, out, h, w], to that of what went in.</summary>
    public static ConvolutionSizes OfGradient(Tensor gradient, Tensor weight)
    {
        var sizes = Of(gradient, weight);
        return sizes.IsTiled || !CanTileGradient(gradient, weight) ? sizes : sizes with { IsTiled = true };
    }

    /// <summary>Those of a convolution of stride 2, of what comes out of it, [n, .., h, w], or of the planes of what goes in, [n, .., 4, h, w].</summary>
    public static ConvolutionSizes Halving(Tensor pictures, Tensor weight)
    {
        var (height, width) = ((int)pictures.size(-2), (int)pictures.size(-1));
        return new((int)pictures.size(0), (int)weight.size(1), (int)weight.size(0), height * width, PictureTaps.Halving(height, width), IsTiled: false, HasLargeTiles: false);
    }

    private static bool AreTilesLarge(Tensor pictures, Tensor weight)
    {
        var (height, width) = (pictures.size(2), pictures.size(3));
        return height % LargeTiles.Side == 0 && width % LargeTiles.Side == 0 && HasTiles(pictures, weight, LargeTiles.Side, LeastLargeTiles);
    }

    /// <summary>Whether a convolution goes by tiles, and faster so.</summary>
    public static bool CanTile(Tensor pictures, Tensor weight)
    {
        var (height, width) = (pictures.size(2), pictures.size(3));
        var (pixels, kernels) = (pictures.size(0) * height * width, weight.size(0) * weight.size(1));
        return weight.size(2) == 3 && height % SmallTiles.Side == 0 && width % SmallTiles.Side == 0 && HasTiles(pictures, weight, SmallTiles.Side, LeastSmallTiles)
            && (kernels <= MostTransformed(weight)
                || (AreTilesLarge(pictures, weight) && pixels / (LargeTiles.Side * LargeTiles.Side) / get_num_threads() is var tiles
                    && ((kernels <= MostOfMany && tiles >= LeastTilesOfMany) || (tiles >= LeastTilesOfPanels && AreReadOnce<LargeTiles>(pictures, weight)))));
    }

    /// <summary>Whether a convolution of stride 2 is read by the kernels, and is faster so.</summary>
    public static bool CanHalve(Tensor pictures, Tensor weight)
    {
        var (height, width) = (pictures.size(2), pictures.size(3));
        var pixels = height * width / PicturePlanes.Count;
        return weight.size(2) == 3 && height % 2 == 0 && width % 2 == 0 && pixels % ProductKernel.HalfColumns == 0 && pictures.size(0) * pixels <= MostHalvedPixels;
    }

    /// <summary>Whether a convolution of pictures enlarged twofold first goes by <see cref="EnlargedTiles"/>.</summary>
    public static bool CanEnlarge(Tensor pictures, Tensor weight)
    {
        var (height, width) = (pictures.size(2), pictures.size(3));
        return weight.size(2) == 3 && height % 2 == 0 && width % 2 == 0 && pictures.size(0) * height * width >= LeastEnlargedPixels
            && weight.size(0) * weight.size(1) <= MostTransformed(weight);
    }

    private static bool CanTileGradient(Tensor gradient, Tensor weight)
    {
        var (height, width) = (gradient.size(2), gradient.size(3));
        return weight.size(2) == 3 && height % SmallTiles.Side == 0 && width % SmallTiles.Side == 0 && weight.size(0) * weight.size(1) > MostKernels
            && gradient.size(0) * height * width / (SmallTiles.Side * SmallTiles.Side) >= LeastTilesOfGradients && !KeptKernels.Has(weight) && AreReadOnce<SmallTiles>(gradient, weight);
    }

    private static bool AreReadOnce<TTiles>(Tensor pictures, Tensor weight)
        where TTiles : struct, IWinogradTiles =>
        new WinogradConvolution<TTiles>((int)pictures.size(0), (int)weight.size(1), (int)weight.size(0), (int)pictures.size(2), (int)pictures.size(3)).IsShort;

    private static bool HasTiles(Tensor pictures, Tensor weight, int side, int least)
    {
        var tiles = pictures.size(0) * pictures.size(2) * pictures.size(3) / (side * side);
        return tiles >= least || (tiles >= LeastKeptTiles * get_num_threads() && KeptKernels.Has(weight));
    }

    private static long MostTransformed(Tensor weight) => KeptKernels.Has(weight) ? MostKept : MostKernels;
}
