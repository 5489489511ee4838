using Diptych.Common.Cuda;
using Diptych.Common.Products;
using Diptych.Common.Runtime;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Diptych.Common.Layers;

/// <summary>
/// A residual block as one node of autograd's graph, where normalisation and convolutions run in kernels of ours on the CPU: conv2(silu(norm2(conv1(silu(norm1(x))) + t))) + x, x through a 1x1
/// convolution where channels change. Arguments: x, t, what it is made of, the parameters that learn.
/// </summary>
internal sealed unsafe class ResnetFunction : ManagedFunction<ResnetFunction>
{
    // x and t, before the parameters.
    private const int Inputs = 2;

    /// <summary>Whether all of its parts are made for these sizes.</summary>
    public static bool CanApply(Tensor x, GroupNorm norm, Convolution2d conv1, Convolution2d conv2, Convolution2d? shortcut) =>
        GroupNormOnCpu.CanApply(x, norm.weight, norm.bias!, norm.num_groups) && OwnProducts.CanConvolve(x, conv1.Weight) && OwnProducts.CanConvolve(x, conv2.Weight)
        && (shortcut is null || OwnProducts.CanConvolve(x, shortcut.Weight));

    /// <summary>Whether channels behind those of x, of which only x asks for a gradient, can be left out of it, up to half of its work.</summary>
    /// <param name="x">[n, some of in, h, w].</param>
    /// <param name="skip">[n, the others, h, w].</param>
    /// <param name="norm">The first normalisation, which must not learn; x must hold whole groups of it.</param>
    public static bool CanLeaveOut(Tensor x, Tensor skip, GroupNorm norm) =>
        x.device_type == TorchSharp.DeviceType.CPU && x.dtype == ScalarType.Float32 && is_grad_enabled() && x.requires_grad && !skip.requires_grad && !norm.weight!.requires_grad && !norm.bias!.requires_grad
        && x.size(1) % (norm.weight.size(0) / norm.num_groups) == 0 && x.size(1) % ProductKernel.HalfColumns == 0;

    /// <summary>Runs it, with or without gradients.</summary>
    /// <param name="x">[n, in, h, w], contiguous.</param>
    /// <param name="time">t, [n, out].</param>
    /// <param name="parameters">Of the first normalisation and convolution, of the second ones, of the shortcut where there is one: weight and bias each.</param>
    /// <param name="groups">Groups of both normalisations.</param>
    /// <param name="epsilon">Added to their variances.</param>
    /// <param name="joined">x and behind it more channels, whose gradient nobody asks for (<see cref="CanLeaveOut"/>); null for none.</param>
    public static Tensor Apply(Tensor x, Tensor time, IReadOnlyList<Tensor> parameters, int groups, double epsilon, Tensor? joined = null)
    {
        using var scope = NewDisposeScope();
        var (rows, block) = (time.contiguous(), new Block(parameters, groups, epsilon, joined));
        IReadOnlyList<Tensor> learning = is_grad_enabled() ? [.. parameters.Where(p => p.requires_grad)] : [];
        var isRecorded = is_grad_enabled() && (x.requires_grad || time.requires_grad || learning.Count > 0);
        return (isRecorded ? apply([x, rows, block, .. learning]) : Forward(x, rows, block).Output).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    protected override (Tensor Output, List<Tensor> Saved, object Kept) Forward(object[] arguments)
    {
        var (first, time, block) = ((Tensor)arguments[0], (Tensor)arguments[1], (Block)arguments[2]);
        var x = block.Joined ?? first;
        var tape = Forward(x, time, block);
        List<Tensor> saved = [x, tape.Mean1, tape.Rstd1, tape.Between, tape.Mean2, tape.Rstd2];
        // What goes into the convolutions is needed for their weights' gradients only.
        if (arguments.Length > Inputs + 1)
        {
            saved.AddRange([tape.Into1, tape.Into2]);
        }

        return (tape.Output, saved, new Kept(block with { Joined = null }, (int)first.size(1), [first.requires_grad, time.requires_grad, .. block.Parameters.Select(p => p.requires_grad)]));
    }

    /// <inheritdoc/>
    protected override Tensor?[] Backward(List<Tensor> saved, Tensor gradient, object kept)
    {
        var of = (Kept)kept;
        var results = new Tensor?[of.Learns.Length];
        Backward(saved, gradient.contiguous(), of, results);
        return [.. results[..Inputs], null, .. results.Where((_, i) => i >= Inputs && of.Learns[i])];
    }

    private static Tape Forward(Tensor x, Tensor time, Block block)
    {
        var (p, groups, epsilon, _) = block;
        var (into1, mean1, rstd1) = GroupNormOnCpu.Forward(x, p[0], p[1], groups, epsilon, silu: true);
        var between = ConvolutionProduct.Forward(into1, p[2], p[3]);
        ChannelSums.AddTo(between, time);
        var (into2, mean2, rstd2) = GroupNormOnCpu.Forward(between, p[4], p[5], groups, epsilon, silu: true);
        var output = ConvolutionProduct.Forward(into2, p[6], p[7]);
        if (p.Count == 8)
        {
            Add(output, x);
        }
        else
        {
            using var beside = ConvolutionProduct.Forward(x, p[8], p[9]);
            Add(output, beside);
        }

        return new(output, into1, mean1, rstd1, between, into2, mean2, rstd2);
    }

    private static void Backward(List<Tensor> saved, Tensor gradient, Kept kept, Tensor?[] results)
    {
        var (p, learns) = (kept.Block.Parameters, kept.Learns);
        var (x, mean1, rstd1, between, mean2, rstd2) = (saved[0], saved[1], saved[2], saved[3], saved[4], saved[5]);
        var (into1, into2) = saved.Count > 6 ? (saved[6], saved[7]) : (null, null);
        var ofInto2 = ConvolutionProduct.InputGradient(gradient, p[6]);
        Convolution(into2, gradient, 6);
        var ofBetween = Norm(between, ofInto2, mean2, rstd2, 4);
        results[1] = learns[1] ? ChannelSums.OfEach(ofBetween) : null;
        Convolution(into1, ofBetween, 2);
        if (learns[0] || learns[Inputs])
        {
            var ofX = Norm(x, ConvolutionProduct.InputGradient(ofBetween, p[2], kept.Channels), mean1, rstd1, 0);
            if (learns[0])
            {
                Add(ofX, p.Count == 8 ? gradient : ConvolutionProduct.InputGradient(gradient, p[8], kept.Channels));
                results[0] = ofX;
            }
        }

        if (p.Count > 8)
        {
            Convolution(x, gradient, 8);
        }

        Tensor Norm(Tensor input, Tensor dy, Tensor mean, Tensor rstd, int first)
        {
            var (dx, weight, bias) = GroupNormOnCpu.Backward(input, dy, mean, rstd, p[first], p[first + 1], kept.Block.Groups, silu: true, learns[Inputs + first]);
            (results[Inputs + first], results[Inputs + first + 1]) = (weight, bias);
            return dx;
        }

        void Convolution(Tensor? input, Tensor dy, int first)
        {
            results[Inputs + first] = learns[Inputs + first] ? ConvolutionProduct.WeightGradient(input!, dy, p[first]) : null;
            results[Inputs + first + 1] = learns[Inputs + first + 1] ? ConvolutionProduct.BiasGradient(dy) : null;
        }
    }

    private static void Add(Tensor to, Tensor other) => RowSums.Add(TensorData.Floats(to), TensorData.Floats(other), to.numel(), TensorData.Floats(to));

    private sealed record Block(IReadOnlyList<Tensor> Parameters, int Groups, double Epsilon, Tensor? Joined);

    // How many channels' gradient is asked for, and whose.
    private sealed record Kept(Block Block, int Channels, bool[] Learns);

    private sealed record Tape(Tensor Output, Tensor Into1, Tensor Mean1, Tensor Rstd1, Tensor Between, Tensor Into2, Tensor Mean2, Tensor Rstd2);
}
