using Diptych.Common.Products;

namespace Diptych.Common.Transformers;

/// <summary>softmax(Q K^T / sqrt(d)) V (Vaswani et al. 2017, eq. 1) of one head at a time, on rows [n * tokens, heads * d] as linear layers leave them.</summary>
/// <param name="heads">Heads of a sample.</param>
/// <param name="headWidth">d; a multiple of sixteen.</param>
/// <param name="queries">Tokens of a sample that ask.</param>
/// <param name="keys">Tokens that answer. Behind the last sample's there must be room to read for sixteen more.</param>
/// <param name="isCausal">Whether a token sees only itself and what stands before it; as many ask as answer then.</param>
internal readonly unsafe struct HeadAttention(int heads, int headWidth, int queries, int keys, bool isCausal = false)
{
    /// <summary>Rows that may be read behind the last key.</summary>
    public const int Slack = ProductKernel.HalfColumns;

    /// <summary>Numbers of a token, those of all heads.</summary>
    public nint Width => heads * headWidth;

    private int Row => SoftmaxKernel.Row(keys);

    private int Chunks => headWidth / ProductKernel.HalfColumns;

    private float Scale => 1 / MathF.Sqrt(headWidth);

    private SoftmaxKernel Softmax => new(keys, Scale);

    /// <summary>Numbers of a sample's queries.</summary>
    public long QueryNumbers => queries * (long)Width;

    /// <summary>Numbers of a sample's keys, and of its values.</summary>
    public long KeyNumbers => keys * (long)Width;

    /// <summary>Numbers of a sample's table of shares.</summary>
    public int Shares => heads * queries * Row;

    /// <summary>Floating-point operations of a sample, roughly; three times as many backward.</summary>
    public double Operations => 4.0 * heads * queries * keys * headWidth;

    /// <summary>Attends in heads from one up to another, counted over all samples.</summary>
    /// <param name="query">[n * queries, heads * d].</param>
    /// <param name="key">[n * keys, heads * d].</param>
    /// <param name="value">Like the keys.</param>
    /// <param name="shares">Where how much each query looks at each key goes.</param>
    /// <param name="seen">Where what the queries see goes.</param>
    /// <param name="from">First head.</param>
    /// <param name="to">The one behind the last.</param>
    public void Forward(float* query, float* key, float* value, float* shares, float* seen, int from, int to)
    {
        for (var head = from; head < to; head++)
        {
            var (q, k) = (Query(head), Key(head));
            var table = shares + (head * (nint)queries * Row);
            Scores(query + q, key + k, table);
            Share(table);
            Mix(table, value + k, seen + q);
        }
    }

    /// <summary>The gradients of queries, keys and values in heads from one up to another.</summary>
    /// <param name="query">[n * queries, heads * d].</param>
    /// <param name="key">[n * keys, heads * d].</param>
    /// <param name="value">Like the keys.</param>
    /// <param name="shares">From <see cref="Forward"/>.</param>
    /// <param name="gradient">That of what the queries see.</param>
    /// <param name="ofShares">Room for as many numbers as there are shares.</param>
    /// <param name="ofQuery">Where the gradient of the queries goes.</param>
    /// <param name="ofKey">Where that of the keys goes.</param>
    /// <param name="ofValue">Where that of the values goes.</param>
    /// <param name="from">First head.</param>
    /// <param name="to">The one behind the last.</param>
    public void Backward(
        float* query, float* key, float* value, float* shares, float* gradient, float* ofShares, float* ofQuery, float* ofKey, float* ofValue, int from, int to)
    {
        for (var head = from; head < to; head++)
        {
            var (q, k, table) = (Query(head), Key(head), head * (nint)queries * Row);
            Scores(gradient + q, value + k, ofShares + table);
            Collect(shares + table, gradient + q, ofValue + k);
            Softmax.Backward(shares + table, ofShares + table, queries);
            Mix(ofShares + table, key + k, ofQuery + q);
            Collect(ofShares + table, query + q, ofKey + k);
        }
    }

    // Nothing of what stands behind a token is its share, so that no gradient comes from there either.
    private void Share(float* table)
    {
        if (!isCausal)
        {
            Softmax.Forward(table, queries);
            return;
        }

        for (var query = 0; query < queries; query++)
        {
            var row = table + (query * (nint)Row);
            var seen = SoftmaxKernel.Row(query + 1);
            new SoftmaxKernel(query + 1, Scale).Forward(row, 1);
            new Span<float>(row + seen, Row - seen).Clear();
        }
    }

    // [queries, d] times [keys, d]^T.
    private void Scores(float* rows, float* columns, float* table) =>
        MatrixProduct.MultiplyChunks(new ProductFactor(rows, Width, 1), new TransposedPanels(columns, Width), queries, headWidth, 0, Row / ProductKernel.HalfColumns, ProductTarget.Matrix(table, Row));

    // The table times [keys, d].
    private void Mix(float* table, float* rows, float* result) =>
        MatrixProduct.MultiplyChunks(new ProductFactor(table, Row, 1), new RowPanels(rows, Width), queries, keys, 0, Chunks, ProductTarget.Matrix(result, Width));

    // The table's transpose times [queries, d].
    private void Collect(float* table, float* rows, float* result) =>
        MatrixProduct.MultiplyChunks(new ProductFactor(table, 1, Row), new RowPanels(rows, Width), keys, queries, 0, Chunks, ProductTarget.Matrix(result, Width));

    private nint Query(int head) => Place(head, queries);

    private nint Key(int head) => Place(head, keys);

    private nint Place(int head, int tokens)
    {
        var (sample, own) = Math.DivRem(head, heads);
        return (sample * (nint)tokens * Width) + (own * (nint)headWidth);
    }
}
