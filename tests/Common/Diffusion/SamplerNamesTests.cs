using Diptych.Common;
using Diptych.Common.Diffusion;

namespace Diptych.Tests.Common.Diffusion;

public sealed class SamplerNamesTests
{
    [Fact]
    public void Every_sampler_has_a_name_and_a_class_that_lead_back_to_it()
    {
        foreach (var kind in Enum.GetValues<SamplerKind>())
        {
            Assert.Equal(kind, SamplerNames.Parse(SamplerNames.Of(kind)));
            Assert.Equal(SamplerNames.ClassOf(kind), SamplerNames.ClassOf(SamplerNames.OfClass(SamplerNames.ClassOf(kind))!.Value));
        }
    }

    [Theory]
    [InlineData("DPM++2M", SamplerKind.DpmSolverPlusPlus)]
    [InlineData("PNDMScheduler", SamplerKind.Pndm)]
    public void Names_are_read_whatever_their_case_and_origin(string name, SamplerKind kind) => Assert.Equal(kind, SamplerNames.Parse(name));

    [Fact]
    public void An_unknown_name_lists_those_that_exist()
    {
        var error = Assert.Throws<DiptychException>(() => SamplerNames.Parse("plms2"));
        Assert.Contains("plms2", error.Message, StringComparison.Ordinal);
        Assert.All(SamplerNames.Known, name => Assert.Contains(name, error.Message, StringComparison.Ordinal));
    }
}
