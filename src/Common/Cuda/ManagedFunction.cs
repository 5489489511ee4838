using static TorchSharp.torch;

namespace Diptych.Common.Cuda;

/// <summary>
/// A node of autograd's graph in C#: what each has to do about lifetimes, said once. Arguments are checked before a node is made, since a backward must not throw. Each tensor among the arguments, and
/// among what is saved, costs microseconds: a layer's parameters, which outlive the graph, come in one object, and by themselves only those that learn.
/// </summary>
/// <remarks>The graph it is in can be run once.</remarks>
internal abstract class ManagedFunction<TSelf> : autograd.SingleTensorFunction<TSelf>
    where TSelf : ManagedFunction<TSelf>, new()
{
    /// <inheritdoc/>
    public override string Name => typeof(TSelf).Name;

    /// <inheritdoc/>
    public sealed override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var result = Forward(vars);
        ctx.save_for_backward(result.Saved);
        ctx.save_data(nameof(Kept), new Kept(vars.Length, result.Kept));
        ctx.set_materialize_grads(false);
        return result.Output;
    }

    /// <inheritdoc/>
    public sealed override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        using var scope = NewDisposeScope();
        using var gradient = grad_output;
        using var noGradient = no_grad();
        var saved = ctx.get_saved_variables();
        // Lets go of what was kept as soon as it has been used, as libtorch's own nodes do.
        ctx.Dispose();
        var kept = (Kept)ctx.get_data(nameof(Kept));
        return HandedOver.Keep(gradient.IsInvalid ? new Tensor?[kept.Arguments] : Backward(saved, gradient, kept.Data));
    }

    /// <summary>The result, the tensors backward reads, and whatever else it needs.</summary>
    protected abstract (Tensor Output, List<Tensor> Saved, object Kept) Forward(object[] arguments);

    /// <summary>The arguments' gradients; null for those without.</summary>
    /// <param name="saved">The tensors of <see cref="Forward"/>.</param>
    /// <param name="gradient">The result's gradient, however it lies in memory.</param>
    /// <param name="kept">What else was kept.</param>
    protected abstract Tensor?[] Backward(List<Tensor> saved, Tensor gradient, object kept);

    private sealed record Kept(int Arguments, object Data);
}
