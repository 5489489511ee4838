using Diptych.Common.Products;
using Diptych.Common.Runtime;
using Diptych.Common.Text;
using static TorchSharp.torch;

namespace Diptych.Common.Transformers;

/// <summary>The sizes of the blocks of one of CLIP's towers.</summary>
/// <param name="Samples">Prompts or pictures, n.</param>
/// <param name="Tokens">Rows of each.</param>
/// <param name="Width">Numbers of a row; a multiple of sixteen.</param>
/// <param name="Inner">Numbers of a row inside the feed-forward layer; a multiple of sixteen.</param>
/// <param name="Heads">Heads of an attention; each a multiple of sixteen wide.</param>
/// <param name="IsCausal">Whether a token sees only itself and what stands before it.</param>
internal readonly record struct TowerShape(int Samples, int Tokens, int Width, int Inner, int Heads, bool IsCausal)
{
    // Of sixteen numbers are the kernels' registers.
    private const int Lanes = ProductKernel.HalfColumns;

    // Tables of shares for more tokens leave the second cache.
    private const int MostTokens = 256;

    // Of a forward pass of one prompt or picture: of more, its arithmetic outweighs the operators saved.
    private const double MostOperations = 1e9;

    /// <summary>The sizes, where the kernels are made for them: fp32 on a CPU with AVX-512 and outside of autocast, whole registers, few tokens, weights that do not learn.</summary>
    /// <param name="x">[n, tokens, width].</param>
    /// <param name="config">The tower's.</param>
    /// <param name="isCausal">Whether a token sees only itself and what stands before it.</param>
    /// <param name="parameters">All of the blocks'.</param>
    public static TowerShape? For(Tensor x, ClipTransformerConfig config, bool isCausal, IReadOnlyList<Tensor> parameters)
    {
        if (!OwnProducts.AreUsedInConvolutions || x.device_type != TorchSharp.DeviceType.CPU || x.dtype != ScalarType.Float32 || x.size(1) is 0 or > MostTokens || x.size(0) == 0
            || parameters.Any(parameter => parameter.dtype != ScalarType.Float32 || (parameter.requires_grad && is_grad_enabled())) || Autocast.IsOn(x.device))
        {
            return null;
        }

        var isMadeFor = config.Activation is ClipActivation.QuickGelu && (float)config.LayerNormEpsilon == LayerNormKernel.Epsilon
            && config.HiddenSize % (config.Heads * Lanes) == 0 && config.IntermediateSize % Lanes == 0;
        var shape = new TowerShape((int)x.size(0), (int)x.size(1), config.HiddenSize, config.IntermediateSize, config.Heads, isCausal);
        return isMadeFor && config.Layers * (shape with { Samples = 1 }).Operations <= MostOperations ? shape : null;
    }

    /// <summary>Rows of all samples.</summary>
    public int Rows => Samples * Tokens;

    /// <summary>Numbers of the rows.</summary>
    public long Numbers => (long)Rows * Width;

    /// <summary>The attention among a sample's tokens.</summary>
    public HeadAttention Attention => new(Heads, Width / Heads, Tokens, Tokens, IsCausal);

    private double Operations => (2.0 * Rows * Width * ((4.0 * Width) + (2.0 * Inner))) + (Samples * Attention.Operations);
}
