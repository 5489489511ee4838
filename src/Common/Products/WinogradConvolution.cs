using System.Runtime.CompilerServices;
using Diptych.Common.Runtime;
using static TorchSharp.torch;

namespace Diptych.Common.Products;

/// <summary>
/// A 3x3 convolution in four ninths of the multiplications or a quarter (Winograd's minimal filtering): strips of pictures are laid with their channels innermost and cut into overlapping tiles of
/// 4x4 or 6x6, whose places are each a product of their own, [tiles, in] times [in, out]. Of all that lies between pictures and pictures a thread holds a few strips at a time, near it.
/// </summary>
/// <typeparam name="TTiles">The tiles: <see cref="SmallTiles"/>, <see cref="LargeTiles"/> or <see cref="EnlargedTiles"/>.</typeparam>
internal readonly unsafe struct WinogradConvolution<TTiles>
    where TTiles : struct, IWinogradTiles
{
    private const int Half = ProductKernel.HalfColumns;

    // Transformed tiles of half the size of a core's second cache (Zen 5: 1 MB).
    private const int CachedNumbers = 96 << 10;

    private const int FewThreads = 2;

    private readonly int _pictures;
    private readonly int _inputs;
    private readonly int _outputs;
    private readonly int _height;
    private readonly int _width;
    private readonly PictureTiles<TTiles> _cut;
    private readonly int _stripsAtOnce;

    /// <param name="pictures">Pictures, n.</param>
    /// <param name="inputs">Channels in; a multiple of sixteen.</param>
    /// <param name="outputs">Channels out; a multiple of sixteen.</param>
    /// <param name="height">Rows of a picture that comes out; whole tiles.</param>
    /// <param name="width">Pixels of a row; whole tiles. Those of a picture that goes in are a multiple of sixteen.</param>
    public WinogradConvolution(int pictures, int inputs, int outputs, int height, int width)
    {
        (_pictures, _inputs, _outputs, _height, _width) = (pictures, inputs, outputs, height, width);
        // Fewer tiles would read the kernels too often.
        var fewest = (TTiles.Rows > SmallTiles.Rows ? 4 : 2) * ProductKernel.TileRows;
        var most = Math.Max(fewest, CachedNumbers / Places / inputs / ProductKernel.TileRows * ProductKernel.TileRows);
        _cut = new(pictures, inputs, height, width, most);
        _stripsAtOnce = Math.Max((fewest + _cut.TilesPerStrip - 1) / _cut.TilesPerStrip, most / _cut.TilesPerStrip);
    }

    /// <summary>Whether kernels are read so few times, by so few threads, that each had better transform a panel of them just before.</summary>
    public bool IsShort => _cut.Strips <= 2 * _stripsAtOnce && get_num_threads() <= FewThreads;

    private int Panels => WinogradKernels<TTiles>.Panels(_outputs);

    private static int Places => WinogradKernels<TTiles>.Places;

    private int Pixels => _height * _width;

    private int MostTiles => _stripsAtOnce * _cut.TilesPerStrip;

    private static nint SumPlace(int tiles) => ((nint)tiles * ProductKernel.TileColumns) + Half;

    /// <summary>W * x + b.</summary>
    /// <param name="x">[n, in, h, w], h and w divided by the tiles' enlargement.</param>
    /// <param name="kernels">W; it may have more outputs, of which the first are computed.</param>
    /// <param name="bias">b, or null for none.</param>
    public Tensor Run(Tensor x, TileKernels<TTiles> kernels, float* bias)
    {
        var self = this;
        var y = empty([_pictures, _outputs, _height, _width], dtype: ScalarType.Float32);
        float* source = TensorData.Floats(x), result = TensorData.Floats(y);
        var operations = 8.0 * _inputs * _outputs * _pictures * Pixels;
        if (!kernels.AreLaid && _cut.Strips <= _stripsAtOnce)
        {
            // Kernels outweigh so few tiles: each panel is transformed by one thread alone, tiles by each.
            SharedWork.Over(Panels, operations, (begin, end) => self.Multiply(source, kernels, bias, result, (0, self._cut.Strips), (begin, end)));
        }
        else
        {
            SharedWork.Over(_cut.Strips, operations, (begin, end) => self.Multiply(source, kernels, bias, result, (begin, end), (0, self.Panels)));
        }

        return y;
    }

    // Of strips from one number up to another, panels from one up to another; those that are laid all together.
    private void Multiply(float* from, TileKernels<TTiles> kernels, float* bias, float* to, (int Begin, int End) strips, (int Begin, int End) panels)
    {
        var place = WinogradKernels<TTiles>.Place(_inputs, ProductKernel.TileColumns);
        using var ofTiles = Scratch.Take(Places * _cut.Place(MostTiles));
        using var ofSums = Scratch.Take((kernels.AreLaid ? Panels : 1) * Places * SumPlace(MostTiles));
        using var ofPixels = Scratch.Take((nint)MostTiles * TTiles.Side * TTiles.Side * ProductKernel.TileColumns);
        using var ofPanel = Scratch.Take(kernels.AreLaid ? 0 : Places * place);
        float* tiles = ofTiles.First, sums = ofSums.First, pixels = ofPixels.First, panel = ofPanel.First;
        for (var first = strips.Begin; first < strips.End; first += _stripsAtOnce)
        {
            var last = Math.Min(strips.End, first + _stripsAtOnce);
            var count = _cut.TilesBefore(last) - _cut.TilesBefore(first);
            _cut.Cut(from, first, last, tiles, _cut.Place(count));
            if (kernels.AreLaid)
            {
                MultiplyTiles(tiles, kernels.Laid, kernels.Place, Panels, count, sums);
                for (var i = 0; i < Panels; i++)
                {
                    Join(sums + (i * Places * SumPlace(count)), count, bias, first, last, i * ProductKernel.TileColumns, pixels, to);
                }
            }
            else
            {
                for (var i = panels.Begin; i < panels.End; i++)
                {
                    kernels.Lay(i, panel, place);
                    MultiplyTiles(tiles, panel, place, 1, count, sums);
                    Join(sums, count, bias, first, last, i * ProductKernel.TileColumns, pixels, to);
                }
            }
        }
    }

    // [places, count, in] times panels of [places, in, out], all of a place before the next one: its tiles come near only once.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void MultiplyTiles(float* tiles, float* kernels, nint kernelPlace, int panels, int count, float* sums)
    {
        var block = MatrixProduct.BlockDepth(_inputs);
        for (var place = 0; place < Places; place++)
        {
            var factor = new ProductFactor(tiles + (place * _cut.Place(count)), _inputs, 1);
            for (var panel = 0; panel < panels; panel++)
            {
                var target = ProductTarget.Matrix(sums + (((panel * Places) + place) * SumPlace(count)), ProductKernel.TileColumns);
                for (var k = 0; k < _inputs; k += block)
                {
                    var numbers = kernels + (place * kernelPlace) + (((panel * _inputs) + k) * (nint)ProductKernel.TileColumns);
                    MatrixProduct.MultiplyPanel(
                        factor.From(0, k), numbers, count, Math.Min(block, _inputs - k), target.Half(0, 0, count, k == 0), target.Half(1, 0, count, k == 0),
                        ReadAhead.Panel(numbers + (block * ProductKernel.TileColumns), block));
                }
            }
        }
    }

    // 32 channels, or the last sixteen, of some strips.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Join(float* sums, int count, float* bias, int first, int last, int channel, float* pixels, float* to)
    {
        const int columns = ProductKernel.TileColumns;
        var channels = Math.Min(columns, _outputs - channel);
        for (var number = first; number < last; number++)
        {
            var strip = _cut.Strip(number);
            for (var row = 0; row < strip.TileRows; row++)
            {
                for (var column = 0; column < _cut.Columns; column++, sums += columns)
                {
                    var corner = pixels + (((row * _width) + column) * (nint)TTiles.Side * columns);
                    TTiles.Output(sums, SumPlace(count), bias is null ? null : bias + channel, channels, corner, columns, (nint)_width * columns);
                }
            }

            var size = strip.TileRows * TTiles.Side * _width;
            var target = to + (((strip.Picture * (nint)_outputs) + channel) * Pixels) + (strip.FirstTileRow * TTiles.Side * _width);
            for (var half = 0; half < channels; half += Half)
            {
                for (var pixel = 0; pixel < size; pixel += Half)
                {
                    Transposition.Exchange(pixels + (pixel * (nint)columns) + half, columns, target + (half * (nint)Pixels) + pixel, Pixels);
                }
            }
        }
    }
}
