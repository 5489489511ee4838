using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Diptych.Common.Training;

/// <summary>Clipping by the norm of all gradients together (Pascanu et al. 2013, section 3.2), without asking the device for a number.</summary>
public static class GradientNorm
{
    /// <summary>
    /// What the gradients must be divided by so that their norm is at most <paramref name="limit"/>: max(1, norm / limit), an fp32 scalar tensor for
    /// <see cref="FusedAdamW.Step"/>, whose kernel divides as it reads. Parameters without a gradient do not count.
    /// </summary>
    public static Tensor Divisor(IEnumerable<Parameter> parameters, double limit)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var squares = parameters.Select(p => p.grad).Where(gradient => gradient is not null).Select(gradient => gradient!.reshape(-1)).Select(gradient => gradient.dot(gradient)).ToArray();
        return (stack(squares).sum().sqrt() / limit).clamp(min: 1).MoveToOuterDisposeScope();
    }
}
