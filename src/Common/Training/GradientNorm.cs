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
    public static Tensor Divisor(IEnumerable<Parameter> parameters, double limit)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        List<Tensor> squares = [], onCpu = [];
        foreach (var gradient in parameters.Select(p => p.grad).OfType<Tensor>())
        {
            if (gradient.device_type == DeviceType.CPU && gradient.dtype is ScalarType.BFloat16 or ScalarType.Float32)
            {
                // In whatever order: a convolution's may lie channels innermost.
                onCpu.Add(gradient.is_contiguous() || ChannelsLast.IsChannelsLast(gradient) ? gradient : gradient.contiguous());
                continue;
            }

            var flat = (gradient.dtype == ScalarType.Float32 ? gradient : gradient.to_type(ScalarType.Float32)).reshape(-1);
            squares.Add(flat.dot(flat));
        }

        if (onCpu.Count > 0)
        {
            squares.Add(tensor((float)SquareSum.Of(onCpu)));
        }

        return (stack([.. squares]).sum().sqrt() / limit).clamp(min: 1).MoveToOuterDisposeScope();
    }
}
