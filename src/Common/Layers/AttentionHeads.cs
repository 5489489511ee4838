using static TorchSharp.torch;

namespace Diptych.Common.Layers;

/// <summary>The two reshapes around multi-head attention.</summary>
internal static class AttentionHeads
{
    /// <summary>[n, tokens, heads * d] seen as [n, heads, tokens, d].</summary>
    public static Tensor Split(Tensor x, long heads) => x.view(x.size(0), x.size(1), heads, x.size(2) / heads).transpose(1, 2);

    /// <summary>[n, heads, tokens, d] copied to [n, tokens, heads * d].</summary>
    public static Tensor Join(Tensor x) => x.transpose(1, 2).reshape(x.size(0), x.size(2), x.size(1) * x.size(3));
}
