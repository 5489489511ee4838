namespace Diptych.Common.Products;

/// <summary>A 3x3 convolution's weight for <see cref="WinogradConvolution{TTiles}"/>: kernels that lie transformed already, or W itself, whose panels are transformed one at a time, near the products that read them.</summary>
/// <typeparam name="TTiles">The tiles.</typeparam>
internal readonly unsafe struct TileKernels<TTiles>
    where TTiles : struct, IWinogradTiles
{
    private readonly float* _weight;
    private readonly int _rows;
    private readonly int _columns;
    private readonly bool _turned;

    /// <param name="laid">All of them.</param>
    /// <param name="place">From a place to the next one there, in numbers.</param>
    public TileKernels(float* laid, nint place)
    {
        Laid = laid;
        Place = place;
    }

    /// <param name="weight">W [rows, columns, 3, 3].</param>
    /// <param name="rows">Its first size.</param>
    /// <param name="columns">Its second.</param>
    /// <param name="turned">Whether it is turned by 180 degrees and its channels exchanged.</param>
    public TileKernels(float* weight, int rows, int columns, bool turned)
    {
        _weight = weight;
        (_rows, _columns, _turned) = (rows, columns, turned);
    }

    /// <summary>All of them, where they lie transformed (<see cref="AreLaid"/>).</summary>
    public float* Laid { get; }

    /// <summary>From a place of theirs to the next one, in numbers.</summary>
    public nint Place { get; }

    /// <summary>Whether they do.</summary>
    public bool AreLaid => Laid is not null;

    /// <summary>Transforms one panel, [places, in, 32].</summary>
    /// <param name="panel">Its number.</param>
    /// <param name="to">Where it goes; a line of the cache begins there.</param>
    /// <param name="place">From a place to the next one there, in numbers.</param>
    public void Lay(int panel, float* to, nint place) => WinogradKernels<TTiles>.Transform(_weight, _rows, _columns, _turned, panel, to, place);
}
