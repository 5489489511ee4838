using Diptych.Common.Products;
using Diptych.Common.Runtime;
using Diptych.Tests.Common.Data;
using static TorchSharp.torch;

namespace Diptych.Tests.Common.Runtime;

public sealed class MixedPrecisionTests
{
    [Fact]
    public void Auto_comes_to_bf16_exactly_where_the_processor_has_it()
    {
        var hardware = DoctorProcessor.Bf16Instructions(DoctorProcessor.Description()).Count > 0;
        Assert.Equal(hardware ? MixedPrecision.Bf16 : MixedPrecision.No, MixedPrecision.Auto.On(CPU));
        Assert.Equal(MixedPrecision.No, MixedPrecision.No.On(CPU));
        Assert.Equal(MixedPrecision.Bf16, MixedPrecision.Bf16.On(CPU));
    }

    [Fact]
    public void Auto_comes_to_fp32_for_a_small_model_where_kernels_of_ours_are_made_for_it_and_is_whatever_is_asked_for_otherwise()
    {
        var small = Path.Combine(Fixtures.Repository, "models", "lab", "model");
        var bf16 = DoctorProcessor.Bf16Instructions(DoctorProcessor.Description());
        var expected = OwnProducts.AreSupported && !bf16.Any(name => name.StartsWith("amx", StringComparison.Ordinal)) ? MixedPrecision.No : MixedPrecision.Auto.On(CPU);
        Assert.Equal(expected, MixedPrecision.Auto.On(CPU, small));
        Assert.Equal(MixedPrecision.Bf16, MixedPrecision.Bf16.On(CPU, small));
        Assert.Equal(MixedPrecision.Auto.On(CPU), MixedPrecision.Auto.On(CPU, Path.Combine(small, "no such model")));
        if (cuda.is_available())
        {
            Assert.Equal(MixedPrecision.Bf16, MixedPrecision.Auto.On(CUDA, small));
        }

        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(Path.Combine(folder.Root, "unet"));
        using (var file = File.Create(Path.Combine(folder.Root, "unet", "diffusion_pytorch_model.safetensors")))
        {
            file.SetLength((4L * KeptKernels.MostParameters) + 1);
        }

        Assert.Equal(MixedPrecision.Auto.On(CPU), MixedPrecision.Auto.On(CPU, folder.Root));
    }

    [Theory]
    [InlineData("flags\t: avx2 fma\n", 0)]
    [InlineData("flags\t: avx512_bf16 amx_bf16\nflags\t: avx512_bf16 amx_bf16\n", 2)]
    [InlineData("", 0)]
    public void Instructions_are_read_from_the_processors_description(string description, int count) =>
        Assert.Equal(count, DoctorProcessor.Bf16Instructions(description).Count);
}
