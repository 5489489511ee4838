using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Diptych.Common.Runtime;

namespace Diptych.Tests.Common.Runtime;

public sealed class ExponentialTests
{
    // Two units of the last place.
    private const double Rounding = 2.4e-7;

    public ExponentialTests() => Assert.SkipUnless(Avx512F.IsSupported, "this processor has no AVX-512");

    [Fact]
    public void It_is_right_to_two_units_of_the_last_place_wherever_it_is_an_ordinary_number()
    {
        for (var x = -87f; x < 88.7f; x += 0.0137f)
        {
            var exact = Math.Exp(x);
            Assert.InRange(Exponential.Of(Vector512.Create(x))[3], exact * (1 - Rounding), exact * (1 + Rounding));
        }
    }

    [Theory]
    [InlineData(0f, 1f)]
    [InlineData(float.NegativeInfinity, 0f)]
    [InlineData(-1e30f, 0f)]
    [InlineData(float.PositiveInfinity, float.PositiveInfinity)]
    [InlineData(1e30f, float.PositiveInfinity)]
    [InlineData(float.NaN, float.NaN)]
    public void Ends_are_ends(float x, float expected) => Assert.Equal(expected, Exponential.Of(Vector512.Create(x))[0], 1e-40f);
}
