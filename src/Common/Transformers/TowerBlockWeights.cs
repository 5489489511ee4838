namespace Diptych.Common.Transformers;

/// <summary>Where the sixteen parameters of a block of one of CLIP's towers lie.</summary>
internal readonly struct TowerBlockWeights
{
    /// <summary>How many there are.</summary>
    public const int Count = 16;

    /// <summary>Reads the next sixteen.</summary>
    public TowerBlockWeights(ref WeightReader reader)
    {
        Norm1 = reader.Affine();
        Query = reader.Affine();
        Key = reader.Affine();
        Value = reader.Affine();
        Output = reader.Affine();
        Norm2 = reader.Affine();
        Widening = reader.Affine();
        Narrowing = reader.Affine();
    }

    public Affine Norm1 { get; }

    public Affine Query { get; }

    public Affine Key { get; }

    public Affine Value { get; }

    public Affine Output { get; }

    public Affine Norm2 { get; }

    /// <summary>[inner, width].</summary>
    public Affine Widening { get; }

    /// <summary>[width, inner].</summary>
    public Affine Narrowing { get; }
}
