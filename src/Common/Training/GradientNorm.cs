using Diptych.Common.Cuda;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Diptych.Common.Training;

/// <summary>Clipping by the norm of all gradients together (Pascanu et al. 2013, section 3.2), without asking the device for a number.</summary>
public static class GradientNorm
{
    /// <summary>
    /// What the gradients must be divided by so that their norm is at most <paramref name="limit"/>: max(1, norm / limit), an fp32 scalar tensor for
    /// <see cref="IOptimizer.Step"/>, whose kernel divides as it reads. Parameters without a gradient do not count.
    /// </summary>
    /// <param name="parameters">Whose gradients they are.</param>
    /// <param name="limit">The largest norm.</param>
    /// <param name="known">Of gradients whose squares are known already; null for none.</param>
    public static Tensor Divisor(IEnumerable<Parameter> parameters, double limit, GradientSquares? known = null)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        List<Tensor> squares = [], onCpu = [];
        var sum = 0.0;
        foreach (var gradient in parameters.Select(p => p.grad).OfType<Tensor>())
        {
            if (known?.Of(gradient) is { } square)
            {
                sum += square;
                continue;
            }

            if (gradient.device_type == DeviceType.CPU && gradient.dtype is ScalarType.BFloat16 or ScalarType.Float32)
            {
                // In whatever order: a convolution's may lie channels innermost.
                onCpu.Add(gradient.is_contiguous() || ChannelsLast.IsChannelsLast(gradient) ? gradient : gradient.contiguous());
                continue;
            }

            var flat = (gradient.dtype == ScalarType.Float32 ? gradient : gradient.to_type(ScalarType.Float32)).reshape(-1);
            squares.Add(flat.dot(flat));
        }

        if (onCpu.Count > 0 || sum > 0 || squares.Count == 0)
        {
            squares.Add(tensor((float)(sum + SquareSum.Of(onCpu))));
        }

        return (stack([.. squares]).sum().sqrt() / limit).clamp(min: 1).MoveToOuterDisposeScope();
    }
}
