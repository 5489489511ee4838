using Diptych.Common;
using Diptych.Common.Cuda;
using Diptych.Common.Training;
using static TorchSharp.torch;

namespace Diptych.Tests.Common.Cuda;

public sealed class CudaKernelsTests
{
    [Fact]
    public void Without_a_device_there_are_no_kernels_and_a_reason()
    {
        Assert.SkipWhen(CudaDevice.Exists, "a CUDA device is here");

        Assert.False(CudaKernels.IsAvailable);
        Assert.False(string.IsNullOrWhiteSpace(CudaKernels.Reason));
        Assert.False(CudaKernels.Prepare(CPU));
    }

    [Fact]
    public void An_optimizer_without_kernels_is_refused_with_the_reason()
    {
        using var weight = zeros(3, dtype: ScalarType.BFloat16);
        using var single = zeros(3);
        using var moments = AdamMoments.Whole(single);

        Assert.Throws<DiptychException>(() => new CudaAdamW([weight], [single], [moments], new()));
    }

    [Fact]
    public void Every_kernel_equals_the_operators() =>
        Assert.All(CudaSelfCheck.Run(CudaDevice.Require()), line => Assert.True(line.IsFine, line.ToString()));

    [Fact]
    public void Kernels_give_the_same_bits_twice()
    {
        var device = CudaDevice.Require();
        using var scope = NewDisposeScope();
        var x = ChannelsLast.ToChannelsLast(randn(2, 640, 32, 32, device: device).bfloat16()).requires_grad_(true);
        var weight = ones(640, device: device).bfloat16().requires_grad_(true);
        var bias = zeros(640, device: device).bfloat16().requires_grad_(true);
        Tensor[] Once()
        {
            (x.grad, weight.grad, bias.grad) = (null, null, null);
            var y = GroupNormSilu.Apply(x, weight, bias, 32, 1e-5, silu: true);
            y.square().sum().backward();
            return [y.detach(), x.grad!, weight.grad!, bias.grad!];
        }

        Assert.All(Once().Zip(Once()), pair => Assert.True(pair.First.equal(pair.Second).all().item<bool>()));
    }

    [Fact]
    public void The_source_compiles_for_the_device_it_is_meant_for()
    {
        Nvrtc compiler;
        try
        {
            compiler = Nvrtc.Open();
        }
        catch (DiptychException e)
        {
            Assert.Skip(e.Message);
            return;
        }

        // An ELF image.
        Assert.Equal("\u007fELF"u8, compiler.Compile(CudaModule.Source(), 9, 0).AsSpan(0, 4));
        Assert.Contains("Kernels.cu(1)", Assert.Throws<DiptychException>(() => compiler.Compile("nonsense", 9, 0)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Kernels_in_the_list_are_those_in_the_source() =>
        Assert.Equal(
            CudaModule.Names.Order(),
            CudaModule.Source().Split("extern \"C\" __global__ void").Skip(1).Select(text => text.Split('(', StringSplitOptions.TrimEntries))
                .Select(parts => parts[0] == "__launch_bounds__" ? parts[1].Split(')', StringSplitOptions.TrimEntries)[1] : parts[0]).Order());
}
