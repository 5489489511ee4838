using Diptych.Common.Runtime;

namespace Diptych.Tests.Common.Runtime;

public sealed class RandomStreamTests
{
    [Fact]
    public void The_same_key_gives_the_same_numbers_whatever_was_drawn_before()
    {
        var first = new RandomStream(7, RandomPurpose.Noise, step: 3, sample: 1);
        first.Next(10);
        first.NextDouble();
        using var a = new RandomStream(7, RandomPurpose.Noise, step: 3, sample: 1).Normal(5);
        using var b = new RandomStream(7, RandomPurpose.Noise, step: 3, sample: 1).Normal(5);

        Assert.Equal(a.data<float>().ToArray(), b.data<float>().ToArray());
    }

    [Fact]
    public void Seed_purpose_step_and_sample_each_name_another_stream()
    {
        double[] firsts =
        [
            new RandomStream(7, RandomPurpose.Noise, 3, 1).NextDouble(),
            new RandomStream(8, RandomPurpose.Noise, 3, 1).NextDouble(),
            new RandomStream(7, RandomPurpose.Posterior, 3, 1).NextDouble(),
            new RandomStream(7, RandomPurpose.Noise, 4, 1).NextDouble(),
            new RandomStream(7, RandomPurpose.Noise, 3, 2).NextDouble(),
            new RandomStream(7, RandomPurpose.Noise, 3L + (1L << 32), 1).NextDouble(),
        ];

        Assert.Equal(firsts.Length, firsts.Distinct().Count());
    }

    [Fact]
    public void Normal_numbers_have_mean_zero_variance_one_and_no_correlation_between_samples()
    {
        using var x = new RandomStream(1, RandomPurpose.Noise, 0, 0).Normal(200_000);
        using var y = new RandomStream(1, RandomPurpose.Noise, 0, 1).Normal(200_000);

        Assert.Equal(0, x.mean().item<float>(), 0.01f);
        Assert.Equal(1, x.var().item<float>(), 0.01f);
        Assert.Equal(3, x.pow(4).mean().item<float>(), 0.1f);
        Assert.Equal(0, (x * y).mean().item<float>(), 0.01f);
    }

    // A pair after the other from Math's functions; where many are computed at once, in double precision too, the last bit before rounding to fp32 may be another.
    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    [InlineData(4)]
    public void Normal_numbers_are_those_of_the_formula_however_many_are_drawn_at_once(int before)
    {
        const int count = (1 << 18) + 5;
        var (together, alone) = (new float[count], new float[count]);
        var (first, second) = (new RandomStream(11, RandomPurpose.Noise, 2, 3), new RandomStream(11, RandomPurpose.Noise, 2, 3));
        first.FillNormal(together.AsSpan(0, before));
        first.FillNormal(together.AsSpan(before));
        for (var i = 0; i < count; i += 2)
        {
            second.FillNormal(alone.AsSpan(i, Math.Min(2, count - i)));
        }

        Assert.Equal(first.Next(1 << 20), second.Next(1 << 20));
        var different = Enumerable.Range(0, count).Where(i => alone[i] != together[i]).ToArray();
        Assert.InRange(different.Length, 0, 2);
        Assert.All(different, i => Assert.Equal(alone[i], together[i], 1e-6f));
    }

    [Fact]
    public void Whole_numbers_are_spread_evenly()
    {
        var stream = new RandomStream(1, RandomPurpose.Order);
        var counts = new int[7];
        for (var i = 0; i < 70_000; i++)
        {
            counts[stream.Next(7)]++;
        }

        Assert.All(counts, c => Assert.InRange(c, 9_500, 10_500));
    }
}
