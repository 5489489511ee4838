using Diptych.Common.Products;
using Diptych.Common.Runtime;
using static TorchSharp.torch;

namespace Diptych.Common.Transformers;

/// <summary>The sizes of transformer blocks over the places of pictures, and of what is around them.</summary>
/// <param name="Block">A block's.</param>
/// <param name="Blocks">How many there are.</param>
/// <param name="Groups">Groups of the normalisation in front.</param>
/// <param name="Epsilon">Added to its variance.</param>
internal readonly record struct SpatialShape(TransformerShape Block, int Blocks, int Groups, float Epsilon)
{
    // Of sixteen numbers are the kernels' registers.
    private const int Lanes = ProductKernel.HalfColumns;

    // Tables of shares for more places leave the second cache.
    private const long MostPixels = 256;

    // Of a forward pass for one picture: of more, its arithmetic outweighs the operators saved.
    private const double MostOperations = 1e9;

    /// <summary>The sizes, where the kernels are made for them: fp32 on a CPU with AVX-512 and outside of autocast, whole registers, small pictures.</summary>
    /// <param name="x">[n, channels, h, w].</param>
    /// <param name="text">[n, tokens, textWidth].</param>
    /// <param name="weight">One of the parameters, whose type is all of theirs.</param>
    /// <param name="blocks">Transformer blocks.</param>
    /// <param name="heads">Heads of each attention.</param>
    /// <param name="groups">Groups of the normalisation in front.</param>
    /// <param name="epsilon">Added to its variance.</param>
    public static SpatialShape? For(Tensor x, Tensor text, Tensor weight, int blocks, int heads, int groups, double epsilon)
    {
        if (!OwnProducts.AreUsedInConvolutions || x.device_type != TorchSharp.DeviceType.CPU || x.dtype != ScalarType.Float32 || text.dtype != ScalarType.Float32 || weight.dtype != ScalarType.Float32 || Autocast.IsOn(x.device))
        {
            return null;
        }

        var (samples, channels, pixels, tokens, width) = (x.size(0), x.size(1), x.size(2) * x.size(3), text.size(1), text.size(2));
        var isMadeFor = samples > 0 && tokens > 0 && blocks > 0 && text.size(0) == samples && pixels <= MostPixels && pixels % Lanes == 0 && width % Lanes == 0 && channels % (heads * Lanes) == 0;
        var shape = new SpatialShape(new((int)samples, (int)pixels, (int)channels, heads, (int)tokens, (int)width), blocks, groups, (float)epsilon);
        return isMadeFor && shape.Part(1).Operations <= MostOperations ? shape : null;
    }

    /// <summary>Numbers of the pictures.</summary>
    public long Numbers => (long)Block.Rows * Block.Channels;

    /// <summary>Numbers of the text.</summary>
    public long TextNumbers => (long)Block.Samples * Block.Tokens * Block.TextWidth;

    /// <summary>Floating-point operations of a forward pass, roughly.</summary>
    public double Operations => (Blocks * Block.Operations) + (4.0 * Numbers * Block.Channels);

    /// <summary>The same for some of the pictures.</summary>
    public SpatialShape Part(int samples) => this with { Block = Block with { Samples = samples } };
}
