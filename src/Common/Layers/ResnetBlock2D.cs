using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace Diptych.Common.Layers;

/// <summary>Two normalised 3x3 convolutions beside a shortcut, told the time in between: diffusers' <c>ResnetBlock2D</c>.</summary>
/// <remarks>State keys: <c>norm1</c>, <c>conv1</c>, <c>time_emb_proj</c> (with time only), <c>norm2</c>, <c>conv2</c>,
/// <c>conv_shortcut</c> (where the channels change).</remarks>
public sealed class ResnetBlock2D : nn.Module<Tensor, Tensor?, Tensor>
{
    [ComponentName(Name = "norm1")]
    private readonly GroupNorm _norm1;

    [ComponentName(Name = "conv1")]
    private readonly Convolution2d _conv1;

    [ComponentName(Name = "time_emb_proj")]
    private readonly LinearLayer? _timeProjection;

    [ComponentName(Name = "norm2")]
    private readonly GroupNorm _norm2;

    [ComponentName(Name = "conv2")]
    private readonly Convolution2d _conv2;

    [ComponentName(Name = "conv_shortcut")]
    private readonly Convolution2d? _shortcut;

    /// <summary>Creates the block.</summary>
    /// <param name="inChannels">Channels in.</param>
    /// <param name="outChannels">Channels out.</param>
    /// <param name="groups">Groups of both normalisations.</param>
    /// <param name="epsilon">Their epsilon.</param>
    /// <param name="timeChannels">Width of the time embedding; <see langword="null"/> for a block that is not told the time.</param>
    public ResnetBlock2D(long inChannels, long outChannels, long groups, double epsilon, long? timeChannels = null)
        : base(nameof(ResnetBlock2D))
    {
        _norm1 = GroupNormalization.Create(groups, inChannels, epsilon);
        _conv1 = new Convolution2d(inChannels, outChannels, kernelSize: 3, padding: 1);
        _timeProjection = timeChannels is { } width ? new LinearLayer(width, outChannels) : null;
        _norm2 = GroupNormalization.Create(groups, outChannels, epsilon);
        _conv2 = new Convolution2d(outChannels, outChannels, kernelSize: 3, padding: 1);
        _shortcut = inChannels == outChannels ? null : new Convolution2d(inChannels, outChannels, kernelSize: 1);
        RegisterComponents();
    }

    /// <summary>Maps [n, inChannels, h, w] to [n, outChannels, h, w].</summary>
    /// <param name="x">The picture; left alone.</param>
    /// <param name="activatedTime">SiLU of the time embedding, [n, timeChannels], or of the first of several equal parts of the batch: the same for every block of a network, so taken once outside.</param>
    public override Tensor forward(Tensor x, Tensor? activatedTime = null)
    {
        using var scope = NewDisposeScope();
        if (_timeProjection is not null && activatedTime is not null && ResnetFunction.CanApply(x, _norm1, _conv1, _conv2, _shortcut))
        {
            return Apply(x, activatedTime).MoveToOuterDisposeScope();
        }

        var h = _norm1.Normalise(x, silu: true).Then(_conv1);
        if (_timeProjection is not null && activatedTime is not null)
        {
            // In place: a convolution's backward does not need its output.
            h.add_(BatchRows.Like(_timeProjection.call(activatedTime), h).unsqueeze(-1).unsqueeze(-1));
        }

        h = h.ThenSilu(_norm2).Then(_conv2);
        h.add_(_shortcut is null ? x : _shortcut.call(x));
        return h.MoveToOuterDisposeScope();
    }

    /// <summary>The same for channels that come from two places.</summary>
    /// <param name="x">The first of them, [n, some of inChannels, h, w]; left alone.</param>
    /// <param name="skip">The others; left alone.</param>
    /// <param name="activatedTime">As for one picture.</param>
    internal Tensor Join(Tensor x, Tensor skip, Tensor activatedTime)
    {
        using var scope = NewDisposeScope();
        if (_timeProjection is not null && _shortcut is not null && ResnetFunction.CanLeaveOut(x, skip, _norm1))
        {
            using var joined = WithoutGradient(x, skip);
            if (ResnetFunction.CanApply(joined, _norm1, _conv1, _conv2, _shortcut))
            {
                return Apply(x, activatedTime, joined).MoveToOuterDisposeScope();
            }
        }

        return call(cat([x, skip], 1), activatedTime).MoveToOuterDisposeScope();
    }

    private static Tensor WithoutGradient(Tensor x, Tensor skip)
    {
        using var noGradient = no_grad();
        return cat([x, skip], 1);
    }

    private Tensor Apply(Tensor x, Tensor activatedTime, Tensor? joined = null) =>
        ResnetFunction.Apply(x, BatchRows.Like(_timeProjection!.call(activatedTime), x), Parameters(), (int)_norm1.num_groups, _norm1.eps, joined);

    private IReadOnlyList<Tensor> Parameters()
    {
        IReadOnlyList<Tensor> inside = [_norm1.weight, _norm1.bias!, _conv1.Weight, _conv1.Bias!, _norm2.weight, _norm2.bias!, _conv2.Weight, _conv2.Bias!];
        return _shortcut is null ? inside : [.. inside, _shortcut.Weight, _shortcut.Bias!];
    }
}
