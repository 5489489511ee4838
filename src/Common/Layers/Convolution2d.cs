using Diptych.Common.Cuda;
using Diptych.Common.Products;
using Diptych.Common.Runtime;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace Diptych.Common.Layers;

/// <summary>
/// A square convolution that is right on every processor. With AVX-512, libtorch's convolutions on the CPU (oneDNN 3.7) leave whatever lay in memory in
/// the places that fill up a block of sixteen channels, on some machines (Zen 5 in a virtual machine; pytorch issue 163347): outputs and gradients are
/// wrong by half their size, or NaN, in bf16 and in fp32. So channels are filled up with zeros here. It concerns the few layers whose channels fill no blocks: those next to pictures and latents.
/// </summary>
/// <remarks>State keys: <c>weight</c> [out, in, kernel, kernel], <c>bias</c> [out].</remarks>
public sealed class Convolution2d : nn.Module<Tensor, Tensor>
{
    private const long Block = 16;

    // Of so many kernels the weight is larger than any picture, and what a bf16 convolution takes on the CPU is how often the weight is read: 1280 to 1280 channels at 8x8 or 4x4 take two thirds or
    // half of the time with its channels innermost, as oneDNN reads them.
    private const long DeepKernels = 640 * 1280;

    private readonly long _stride;
    private readonly long _padding;
    private readonly long _outChannels;
    private readonly bool _keepsSize;
    private readonly bool _halves;
    private readonly long _missingIn;
    private readonly long _missingOut;

    [ComponentName(Name = "weight")]
    private readonly Parameter _weight;

    [ComponentName(Name = "bias")]
    private readonly Parameter? _bias;

    /// <summary>Creates the layer as PyTorch does: uniform within 1 / sqrt(inputs of an output).</summary>
    /// <param name="inChannels">Channels in.</param>
    /// <param name="outChannels">Channels out.</param>
    /// <param name="kernelSize">Side of the kernel.</param>
    /// <param name="stride">Step between two places of the kernel.</param>
    /// <param name="padding">Zeros on every side.</param>
    /// <param name="hasBias">Whether a bias is added.</param>
    public Convolution2d(long inChannels, long outChannels, long kernelSize, long stride = 1, long padding = 0, bool hasBias = true)
        : base(nameof(Convolution2d))
    {
        (_stride, _padding, _outChannels) = (stride, padding, outChannels);
        _keepsSize = stride == 1 && 2 * padding == kernelSize - 1;
        _halves = stride == 2 && padding == 1 && kernelSize == 3;
        IsDeep = _keepsSize && kernelSize > 1 && inChannels * outChannels >= DeepKernels;
        if (Processor.HasAvx512)
        {
            // The gradient of a strided convolution takes blocks in pairs.
            _missingIn = UpTo(inChannels, stride > 1 ? 2 * Block : Block);
            _missingOut = UpTo(outChannels, Block);
        }

        var bound = 1 / Math.Sqrt(inChannels * kernelSize * kernelSize);
        _weight = nn.Parameter(nn.init.uniform_(empty(outChannels, inChannels, kernelSize, kernelSize), -bound, bound));
        _bias = hasBias ? nn.Parameter(nn.init.uniform_(empty(outChannels), -bound, bound)) : null;
        RegisterComponents();
    }

    /// <summary>Whether the kernels should lie with their channels innermost in bf16 on the CPU.</summary>
    public bool IsDeep { get; }

    /// <summary>The kernels, [out, in, kernel, kernel].</summary>
    public Parameter Weight => _weight;

    /// <summary>What is added to each channel, [out], where something is.</summary>
    public Parameter? Bias => _bias;

    /// <summary>Lays the kernels with their channels innermost.</summary>
    public void LayChannelsLast()
    {
        using var noGradient = no_grad();
        using var kernels = _weight.detach();
        using var laid = ChannelsLast.ToChannelsLast(kernels);
        TensorData.Set(_weight, laid);
    }

    /// <summary>[n, in, h, w] to [n, out, h', w'].</summary>
    public override Tensor forward(Tensor input)
    {
        ArgumentNullException.ThrowIfNull(input);
        if (_keepsSize && OwnProducts.CanConvolve(input, _weight))
        {
            return LayerFunction<ConvolutionProduct>.Apply(input, _weight, _bias);
        }

        if (_halves && OwnProducts.CanHalve(input, _weight))
        {
            return LayerFunction<HalvingProduct>.Apply(input, _weight, _bias);
        }

        if (_keepsSize && RowsProduct.CanConvolve(input, _weight))
        {
            using var half = input.to_type(ScalarType.BFloat16);
            return LayerFunction<RowsProduct>.Apply(half, _weight, _bias);
        }

        if (input.device_type == TorchSharp.DeviceType.CPU && IsDeep && ChannelsLast.IsChannelsLast(_weight))
        {
            // The picture follows the weight; the layers behind are slow so.
            using var innermost = Convolve(input, _weight, _bias);
            return innermost.contiguous();
        }

        return _missingIn + _missingOut > 0 && input.device_type == TorchSharp.DeviceType.CPU ? WithFullBlocks(input) : Convolve(input, _weight, _bias);
    }

    private Tensor WithFullBlocks(Tensor input)
    {
        using var scope = NewDisposeScope();
        var weight = nn.functional.pad(_weight, [0, 0, 0, 0, 0, _missingIn, 0, _missingOut]);
        var bias = _bias is null ? null : nn.functional.pad(_bias, [0, _missingOut]);
        var output = Convolve(_missingIn > 0 ? nn.functional.pad(input, [0, 0, 0, 0, 0, _missingIn]) : input, weight, bias);
        return (_missingOut > 0 ? output.narrow(1, 0, _outChannels).contiguous() : output).MoveToOuterDisposeScope();
    }

    private Tensor Convolve(Tensor input, Tensor weight, Tensor? bias) =>
        nn.functional.conv2d(input, weight, bias, strides: [_stride, _stride], padding: [_padding, _padding]);

    private static long UpTo(long channels, long block) => (block - (channels % block)) % block;
}
