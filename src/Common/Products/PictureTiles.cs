using System.Runtime.CompilerServices;
using Diptych.Common.Runtime;

namespace Diptych.Common.Products;

/// <summary>Pictures cut into tiles for a minimal filtering algorithm: strips of them are laid with their channels innermost, and from there go tile by tile to [places, tiles, channels].</summary>
/// <typeparam name="TTiles">The tiles.</typeparam>
internal readonly unsafe struct PictureTiles<TTiles>
    where TTiles : struct, ITileInput
{
    private const int Half = ProductKernel.HalfColumns;

    // A quarter of a core's second cache (Zen 5: 1 MB).
    private const int StripNumbers = 64 << 10;

    private readonly int _pictures;
    private readonly int _channels;
    private readonly int _height;
    private readonly int _width;
    private readonly int _tileRows;
    private readonly int _rowsPerStrip;
    private readonly int _stripsPerPicture;

    /// <param name="pictures">Pictures, n.</param>
    /// <param name="channels">Their channels; a multiple of sixteen.</param>
    /// <param name="height">Rows of a picture that comes out of the algorithm; whole tiles.</param>
    /// <param name="width">Pixels of a row; whole tiles. Those of a picture that goes in are a multiple of sixteen.</param>
    /// <param name="most">Tiles of a strip, about.</param>
    public PictureTiles(int pictures, int channels, int height, int width, int most)
    {
        (_pictures, _channels, _height, _width) = (pictures, channels, height / TTiles.Enlargement, width / TTiles.Enlargement);
        (_tileRows, Columns) = (height / TTiles.Side, width / TTiles.Side);
        // Sixteen pixels are laid at a time: of narrow rows only a whole picture's are sure to be so many.
        _rowsPerStrip = _width % Half == 0
            ? Math.Clamp(Math.Min(most / Columns, ((StripNumbers / channels / _width) - (2 * Border)) / Step), 1, _tileRows)
            : _tileRows;
        _stripsPerPicture = (_tileRows + _rowsPerStrip - 1) / _rowsPerStrip;
    }

    /// <summary>Tiles in a row.</summary>
    public int Columns { get; }

    /// <summary>How many strips there are.</summary>
    public int Strips => _pictures * _stripsPerPicture;

    /// <summary>Tiles of a whole strip; the last of a picture may be shorter.</summary>
    public int TilesPerStrip => _rowsPerStrip * Columns;

    /// <summary>Tiles of all pictures.</summary>
    public int Tiles => _pictures * _tileRows * Columns;

    private static int Places => TTiles.Rows * TTiles.Rows;

    // From a tile to the next one, in pixels.
    private static int Step => TTiles.Side / TTiles.Enlargement;

    // Pixels of a tile before those it makes.
    private static int Border => (TTiles.InputSide - Step) / 2;

    private nint LaidNumbers => (nint)Math.Min(_height, (_rowsPerStrip * Step) + (2 * Border)) * _width * _channels;

    /// <summary>Numbers of a place. A line of the cache more than the tiles take: places whole pages apart would push each other out.</summary>
    /// <param name="tiles">How many tiles it has.</param>
    public nint Place(int tiles) => ((nint)tiles * _channels) + Half;

    /// <summary>A strip.</summary>
    public PictureStrip Strip(int number)
    {
        var (picture, place) = Math.DivRem(number, _stripsPerPicture);
        var first = place * _rowsPerStrip;
        var count = Math.Min(_rowsPerStrip, _tileRows - first);
        return new(picture, first, count, Math.Max(0, (first * Step) - Border), Math.Min(_height, ((first + count) * Step) + Border));
    }

    /// <summary>Tiles of the strips before one.</summary>
    public int TilesBefore(int strip) => ((strip / _stripsPerPicture * _tileRows) + (strip % _stripsPerPicture * _rowsPerStrip)) * Columns;

    /// <summary>Cuts strips from one number up to another.</summary>
    /// <param name="from">The pictures, [n, channels, h, w].</param>
    /// <param name="first">The first strip.</param>
    /// <param name="last">The one behind the last.</param>
    /// <param name="to">Where the first one's first tile goes.</param>
    /// <param name="place">From a place to the next one there.</param>
    public void Cut(float* from, int first, int last, float* to, nint place)
    {
        using var room = Scratch.Take(LaidNumbers);
        using var nothing = Scratch.Take(_channels);
        new Span<float>(nothing.First, _channels).Clear();
        for (var number = first; number < last; number++)
        {
            var strip = Strip(number);
            Lay(from, strip, room.First);
            Cut(room.First, nothing.First, strip, to, place);
            to += (nint)strip.TileRows * Columns * _channels;
        }
    }

    // A strip's pixels and the rows around them, [rows, w, channels].
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Lay(float* from, PictureStrip strip, float* to)
    {
        var (count, size) = ((strip.EndRow - strip.FirstRow) * _width, _height * _width);
        for (var channel = 0; channel < _channels; channel += Half)
        {
            Transposition.ExchangeStrip(from + (((strip.Picture * (nint)_channels) + channel) * size) + (strip.FirstRow * _width), size, count, to + channel, _channels);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    [SkipLocalsInit]
    private void Cut(float* laid, float* outside, PictureStrip strip, float* to, nint toPlace)
    {
        var pixels = stackalloc float*[Places];
        for (var row = 0; row < strip.TileRows; row++)
        {
            for (var column = 0; column < Columns; column++, to += _channels)
            {
                var place = 0;
                for (var i = 0; i < TTiles.InputSide; i++)
                {
                    var y = ((strip.FirstTileRow + row) * Step) - Border + i;
                    var line = laid + ((y - strip.FirstRow) * _width * (nint)_channels);
                    for (var j = 0; j < TTiles.InputSide; j++)
                    {
                        var x = (column * Step) - Border + j;
                        pixels[place++] = y >= 0 && y < _height && x >= 0 && x < _width ? line + (x * (nint)_channels) : outside;
                    }
                }

                TTiles.Input(pixels, _channels, to, toPlace);
            }
        }
    }
}
