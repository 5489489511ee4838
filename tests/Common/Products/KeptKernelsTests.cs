using Diptych.Common.Layers;
using Diptych.Common.Products;
using Diptych.Common.Runtime;
using Diptych.Tests.Common.Layers;
using static TorchSharp.torch;

namespace Diptych.Tests.Common.Products;

public sealed class KeptKernelsTests
{
    public KeptKernelsTests() => Assert.SkipUnless(OwnProducts.AreSupported, "this processor has no AVX-512");

    [Fact]
    public void A_weight_is_kept_until_the_last_of_its_keepers_lets_go()
    {
        using var scope = NewDisposeScope();
        var layer = new Convolution2d(32, 32, 3, padding: 1);
        var first = KeptKernels.Of(layer);
        var second = KeptKernels.Of(layer);
        Assert.True(KeptKernels.Has(layer.Weight));
        first.Dispose();
        first.Dispose();
        Assert.True(KeptKernels.Has(layer.Weight));
        second.Dispose();
        Assert.False(KeptKernels.Has(layer.Weight));
    }

    [Fact]
    public void What_is_kept_is_laid_out_once_and_a_weight_that_changed_afterwards_is_read_anew()
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var layer = new Convolution2d(32, 48, 3, padding: 1);
        unsafe nint Kernels() => (nint)KeptKernels.FindKernels<SmallTiles>(layer.Weight, turned: false);
        var x = new RandomStream(8, RandomPurpose.Other).Normal(2, 32, 8, 8);
        Tensor before;
        using (KeptKernels.Of(layer))
        {
            before = layer.call(x);
            Assert.NotEqual(0, Kernels());
            Assert.Equal(Kernels(), Kernels());
        }

        Assert.Equal(0, Kernels());
        layer.Weight.mul_(2);
        layer.Bias!.mul_(2);

        Close.OfLargest(before * 2, layer.call(x), 1e-5);
        using (KeptKernels.Of(layer))
        {
            Close.OfLargest(before * 2, layer.call(x), 1e-5);
        }
    }

    [Fact]
    public void Nothing_is_left_alive_when_all_have_let_go()
    {
        using var layer = new LinearLayer(32, 64);
        using var x = ones(4, 32);
        LiveTensors.Only(() =>
        {
            using var kept = KeptKernels.Of(layer);
            using var noGradient = no_grad();
            return [layer.call(x)];
        });
    }
}
