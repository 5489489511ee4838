using Diptych.Common.Runtime;
using static TorchSharp.torch;

namespace Diptych.Common.Layers;

/// <summary>
/// Steps that consume their input: it is freed as soon as the next value exists, so that a forward pass without gradients holds one
/// activation at a time. In training nothing changes: the autograd graph keeps its own reference to what backward needs.
/// Never begin a chain on a tensor that the caller still needs.
/// </summary>
internal static class TensorChain
{
    /// <summary>Applies <paramref name="next"/> and frees <paramref name="x"/>.</summary>
    public static Tensor Then(this Tensor x, nn.Module<Tensor, Tensor> next)
    {
        var y = next.call(x);
        x.Dispose();
        return y;
    }

    /// <summary>Applies a residual block that is not told the time and frees <paramref name="x"/>.</summary>
    public static Tensor Through(this Tensor x, ResnetBlock2D block)
    {
        var y = block.call(x, null);
        x.Dispose();
        return y;
    }

    /// <summary>x * sigmoid(x), in place where no gradient is recorded (backward needs the input, so there it would be copied first).</summary>
    public static Tensor ThenSilu(this Tensor x)
    {
        MaskedConstant.Read();
        if (!x.requires_grad)
        {
            return x.silu_();
        }

        var y = nn.functional.silu(x);
        x.Dispose();
        return y;
    }
}
