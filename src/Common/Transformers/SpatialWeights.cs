using static TorchSharp.torch;

namespace Diptych.Common.Transformers;

/// <summary>Where the parameters of transformer blocks, and of the normalisation and projections around them, lie, or their gradients.</summary>
internal sealed class SpatialWeights
{
    // Normalisation and two projections.
    private const int Around = 6;

    private const int OfBlock = 20;

    /// <summary>Reads them in their order: normalisation, projection in, blocks, projection out.</summary>
    public SpatialWeights(ReadOnlySpan<Tensor?> tensors)
    {
        var reader = new WeightReader(tensors);
        Norm = reader.Affine();
        In = reader.Affine();
        Blocks = new BlockWeights[(tensors.Length - Around) / OfBlock];
        for (var i = 0; i < Blocks.Length; i++)
        {
            Blocks[i] = new(ref reader);
        }

        Out = reader.Affine();
    }

    public Affine Norm { get; }

    public Affine In { get; }

    public BlockWeights[] Blocks { get; }

    public Affine Out { get; }
}
