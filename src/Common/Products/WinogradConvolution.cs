using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
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
    private const int Line = 64;

    // Transformed tiles of half the size of a core's second cache, next to the kernels of 32 channels (Zen 5: 1 MB).
    private const int CachedNumbers = 96 << 10;

    // A quarter of it.
    private const int StripNumbers = 64 << 10;

    private readonly int _pictures;
    private readonly int _inputs;
    private readonly int _outputs;
    private readonly int _height;
    private readonly int _width;
    private readonly int _tileRows;
    private readonly int _tileColumns;
    private readonly int _rowsPerStrip;
    private readonly int _stripsPerPicture;
    private readonly int _stripsAtOnce;

    /// <param name="pictures">Pictures, n.</param>
    /// <param name="inputs">Channels in; a multiple of sixteen.</param>
    /// <param name="outputs">Channels out; a multiple of sixteen.</param>
    /// <param name="height">Rows of a picture that comes out; whole tiles.</param>
    /// <param name="width">Pixels of a row; whole tiles. Those of a picture that goes in are a multiple of sixteen.</param>
    public WinogradConvolution(int pictures, int inputs, int outputs, int height, int width)
    {
        (_pictures, _inputs, _outputs, _height, _width) = (pictures, inputs, outputs, height, width);
        (_tileRows, _tileColumns) = (height / TTiles.Side, width / TTiles.Side);
        // Fewer tiles would read the kernels too often.
        var fewest = (TTiles.Rows > SmallTiles.Rows ? 4 : 2) * ProductKernel.TileRows;
        var most = Math.Max(fewest, CachedNumbers / Places / inputs / ProductKernel.TileRows * ProductKernel.TileRows);
        // Sixteen pixels are laid at a time: of narrow rows only a whole picture's are sure to be so many.
        _rowsPerStrip = InputWidth % Half == 0
            ? Math.Clamp(Math.Min(most / _tileColumns, ((StripNumbers / inputs / InputWidth) - 2) / Step), 1, _tileRows)
            : _tileRows;
        _stripsPerPicture = (_tileRows + _rowsPerStrip - 1) / _rowsPerStrip;
        var tiles = _rowsPerStrip * _tileColumns;
        _stripsAtOnce = Math.Max((fewest + tiles - 1) / tiles, most / tiles);
    }

    private int Panels => WinogradKernels<TTiles>.Panels(_outputs);

    private static int Places => WinogradKernels<TTiles>.Places;

    // From a tile to the next one, in pixels of the input.
    private static int Step => TTiles.Side / TTiles.Enlargement;

    private int Pixels => _height * _width;

    private int InputHeight => _height / TTiles.Enlargement;

    private int InputWidth => _width / TTiles.Enlargement;

    private nint KernelPlace => WinogradKernels<TTiles>.Place(_inputs, _outputs);

    private int MostTiles => _stripsAtOnce * _rowsPerStrip * _tileColumns;

    // A line of the cache more than the numbers take, as between kernels.
    private nint TilePlace(int tiles) => ((nint)tiles * _inputs) + Half;

    private static nint SumPlace(int tiles) => ((nint)tiles * ProductKernel.TileColumns) + Half;

    /// <summary>W * x + b.</summary>
    /// <param name="x">[n, in, h, w], h and w divided by the tiles' enlargement.</param>
    /// <param name="kernels">W (<see cref="WinogradKernels{TTiles}"/>).</param>
    /// <param name="bias">b, or null for none.</param>
    public Tensor Run(Tensor x, float* kernels, float* bias)
    {
        var self = this;
        var y = empty([_pictures, _outputs, _height, _width], dtype: ScalarType.Float32);
        float* source = TensorData.Floats(x), result = TensorData.Floats(y);
        SharedWork.Over(_pictures * _stripsPerPicture, 8.0 * _inputs * _outputs * _pictures * Pixels, (begin, end) => self.Multiply(source, kernels, bias, result, begin, end));
        return y;
    }

    // Strips from one number up to another.
    private void Multiply(float* from, float* kernels, float* bias, float* to, int begin, int end)
    {
        var rows = Math.Min(InputHeight, (_rowsPerStrip * Step) + 2);
        var laid = Room((nint)rows * InputWidth * _inputs);
        var tiles = Room(Places * TilePlace(MostTiles));
        var sums = Room(Panels * Places * SumPlace(MostTiles));
        var pixels = Room((nint)MostTiles * TTiles.Side * TTiles.Side * ProductKernel.TileColumns);
        var outside = (float*)NativeMemory.AllocZeroed((nuint)_inputs, sizeof(float));
        try
        {
            for (var first = begin; first < end; first += _stripsAtOnce)
            {
                var last = Math.Min(end, first + _stripsAtOnce);
                var count = 0;
                for (var strip = first; strip < last; strip++)
                {
                    count += Of(strip).TileRows * _tileColumns;
                }

                var tile = 0;
                for (var strip = first; strip < last; strip++)
                {
                    Lay(from, Of(strip), laid);
                    tile = Cut(laid, outside, Of(strip), tiles, tile, count);
                }

                MultiplyTiles(tiles, kernels, count, sums);
                for (var panel = 0; panel < Panels; panel++)
                {
                    Join(sums + (panel * Places * SumPlace(count)), count, bias, first, last, panel * ProductKernel.TileColumns, pixels, to);
                }
            }
        }
        finally
        {
            NativeMemory.AlignedFree(laid);
            NativeMemory.AlignedFree(tiles);
            NativeMemory.AlignedFree(sums);
            NativeMemory.AlignedFree(pixels);
            NativeMemory.Free(outside);
        }
    }

    // A strip's pixels and the rows around them, [rows, w, in].
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Lay(float* from, Strip strip, float* to)
    {
        var (count, size) = ((strip.EndRow - strip.FirstRow) * InputWidth, InputHeight * InputWidth);
        for (var channel = 0; channel < _inputs; channel += Half)
        {
            Transposition.ExchangeStrip(from + (((strip.Picture * (nint)_inputs) + channel) * size) + (strip.FirstRow * InputWidth), size, count, to + channel, _inputs);
        }
    }

    // Of [places, count, in], those from a tile on; gives the number behind the last.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    [SkipLocalsInit]
    private int Cut(float* laid, float* outside, Strip strip, float* to, int tile, int count)
    {
        var pixels = stackalloc float*[Places];
        for (var row = 0; row < strip.TileRows; row++)
        {
            for (var column = 0; column < _tileColumns; column++, tile++)
            {
                var place = 0;
                for (var i = 0; i < TTiles.InputSide; i++)
                {
                    var y = ((strip.FirstTileRow + row) * Step) - 1 + i;
                    var line = laid + ((y - strip.FirstRow) * InputWidth * (nint)_inputs);
                    for (var j = 0; j < TTiles.InputSide; j++)
                    {
                        var x = (column * Step) - 1 + j;
                        pixels[place++] = y >= 0 && y < InputHeight && x >= 0 && x < InputWidth ? line + (x * (nint)_inputs) : outside;
                    }
                }

                TTiles.Input(pixels, _inputs, to + (tile * (nint)_inputs), TilePlace(count));
            }
        }

        return tile;
    }

    // [places, count, in] times [places, in, out], panel by panel.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void MultiplyTiles(float* tiles, float* kernels, int count, float* sums)
    {
        var block = MatrixProduct.BlockDepth(_inputs);
        for (var place = 0; place < Places; place++)
        {
            var factor = new ProductFactor(tiles + (place * TilePlace(count)), _inputs, 1);
            for (var panel = 0; panel < Panels; panel++)
            {
                var target = ProductTarget.Matrix(sums + (((panel * Places) + place) * SumPlace(count)), ProductKernel.TileColumns);
                for (var k = 0; k < _inputs; k += block)
                {
                    var numbers = kernels + (place * KernelPlace) + (((panel * _inputs) + k) * (nint)ProductKernel.TileColumns);
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
            var strip = Of(number);
            for (var row = 0; row < strip.TileRows; row++)
            {
                for (var column = 0; column < _tileColumns; column++, sums += columns)
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

    private Strip Of(int number)
    {
        var (picture, place) = Math.DivRem(number, _stripsPerPicture);
        var first = place * _rowsPerStrip;
        var count = Math.Min(_rowsPerStrip, _tileRows - first);
        return new(picture, first, count, Math.Max(0, (first * Step) - 1), Math.Min(InputHeight, ((first + count) * Step) + 1));
    }

    private static float* Room(nint count) => (float*)NativeMemory.AlignedAlloc((nuint)count * sizeof(float), Line);

    /// <summary>Neighbouring rows of a picture's tiles.</summary>
    /// <param name="Picture">The picture's number.</param>
    /// <param name="FirstTileRow">The first row of tiles.</param>
    /// <param name="TileRows">How many there are.</param>
    /// <param name="FirstRow">The first row of input pixels that they are made of.</param>
    /// <param name="EndRow">The one behind the last.</param>
    private readonly record struct Strip(int Picture, int FirstTileRow, int TileRows, int FirstRow, int EndRow);
}
