using Diptych.Common.Runtime;
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

    [Theory]
    [InlineData("flags\t: avx2 fma\n", 0)]
    [InlineData("flags\t: avx512_bf16 amx_bf16\nflags\t: avx512_bf16 amx_bf16\n", 2)]
    [InlineData("", 0)]
    public void Instructions_are_read_from_the_processors_description(string description, int count) =>
        Assert.Equal(count, DoctorProcessor.Bf16Instructions(description).Count);
}
