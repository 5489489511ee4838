using Diptych.Common.Cuda;
using Diptych.Common.Layers;
using Diptych.Common.Transformers;
using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace Diptych.Common.Unet;

/// <summary>Transformer blocks over the places of a picture: diffusers' <c>Transformer2DModel</c>.</summary>
/// <remarks>State keys: <c>norm</c>, <c>proj_in</c>, <c>transformer_blocks.N</c>, <c>proj_out</c>. The projections are 1x1 convolutions in
/// Stable Diffusion 1.x and linear layers in 2.x and XL (<see cref="UNetConfig.UseLinearProjection"/>).</remarks>
internal sealed class SpatialTransformer : nn.Module<Tensor, Tensor, Tensor>
{
    private const double NormEpsilon = 1e-6;

    private readonly bool _linear;
    private readonly bool _looksAround;
    private readonly int _heads;
    private readonly int _groups;

    [ComponentName(Name = "norm")]
    private readonly GroupNorm _norm;

    [ComponentName(Name = "proj_in")]
    private readonly nn.Module<Tensor, Tensor> _projectIn;

    [ComponentName(Name = "transformer_blocks")]
    private readonly ModuleList<TransformerBlock> _blocks;

    [ComponentName(Name = "proj_out")]
    private readonly nn.Module<Tensor, Tensor> _projectOut;

    public SpatialTransformer(UNetConfig config, int block, bool onlyCrossAttention)
        : base(nameof(SpatialTransformer))
    {
        long channels = config.BlockOutChannels[block];
        _linear = config.UseLinearProjection;
        (_looksAround, _heads, _groups) = (!onlyCrossAttention, config.HeadsPerBlock[block], config.NormGroups);
        _norm = GroupNormalization.Create(config.NormGroups, channels, NormEpsilon);
        _projectIn = Projection(channels);
        _blocks = nn.ModuleList(Enumerable.Range(0, config.TransformerLayersPerBlock[block])
            .Select(_ => new TransformerBlock(config, block, onlyCrossAttention)).ToArray());
        _projectOut = Projection(channels);
        RegisterComponents();
    }

    /// <summary>[n, channels, h, w] and text [n, tokens, contextChannels] to [n, channels, h, w].</summary>
    public override Tensor forward(Tensor x, Tensor context)
    {
        if (_looksAround && SpatialShape.For(x, context, Parameters(_projectIn).Weight, _blocks.Count, _heads, _groups, NormEpsilon) is { } shape)
        {
            return SpatialTransformerFunction.Apply(x, context, InOrder(), shape);
        }

        using var scope = NewDisposeScope();
        var (height, width, isNative) = (x.size(2), x.size(3), x.device_type == DeviceType.CUDA && ChannelsLast.IsChannelsLast(x));
        var tokens = _linear
            ? _projectIn.call(Flatten(_norm.Normalise(x)))
            : Flatten(_norm.Normalise(x).Then(_projectIn));
        foreach (var block in _blocks)
        {
            var next = block.call(tokens, context);
            tokens.Dispose();
            tokens = next;
        }

        var picture = _linear
            ? Unflatten(_projectOut.call(tokens), height, width, isNative)
            : _projectOut.call(Unflatten(tokens, height, width, isNative));
        return (picture + x).MoveToOuterDisposeScope();
    }

    private IReadOnlyList<Tensor> InOrder()
    {
        var (into, outOf) = (Parameters(_projectIn), Parameters(_projectOut));
        return [_norm.weight, _norm.bias!, into.Weight, into.Bias, .. _blocks.SelectMany(block => block.InOrder), outOf.Weight, outOf.Bias];
    }

    private static (Tensor Weight, Tensor Bias) Parameters(nn.Module<Tensor, Tensor> projection) =>
        projection is LinearLayer linear ? (linear.Weight, linear.Bias!) : (((Convolution2d)projection).Weight, ((Convolution2d)projection).Bias!);

    private nn.Module<Tensor, Tensor> Projection(long channels) =>
        _linear ? new LinearLayer(channels, channels) : new Convolution2d(channels, channels, kernelSize: 1);

    private static Tensor Flatten(Tensor x) => x.flatten(2).transpose(1, 2);

    // Tokens are a channels-last picture as they lie. Where pictures lie otherwise they are copied into that order: the convolutions behind would pass the
    // other on, and group normalisation of few channels a group is ten to twenty times slower so on the CPU.
    private static Tensor Unflatten(Tensor tokens, long height, long width, bool isNative)
    {
        var places = tokens.transpose(1, 2);
        return (isNative ? places : places.contiguous()).view(tokens.size(0), tokens.size(2), height, width);
    }
}
