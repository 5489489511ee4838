using Diptych.Common.Runtime;
using TorchSharp;

namespace Diptych.Tests.Common.Runtime;

public sealed class TorchRuntimeTests
{
    [Fact]
    public void Libtorch_loads_and_computes()
    {
        TorchRuntime.Load();

        using var two = torch.ones(2, 2);
        using var sum = (two + two).sum();

        Assert.Equal(8f, sum.item<float>());
    }

    [Fact]
    public void A_file_that_is_not_an_elf_image_is_left_alone()
    {
        var bytes = new byte[128];

        Assert.Equal(0, GlibcxxPatch.Weaken(bytes, "GLIBCXX_3.4.32"));
        Assert.All(bytes, b => Assert.Equal(0, b));
    }
}
