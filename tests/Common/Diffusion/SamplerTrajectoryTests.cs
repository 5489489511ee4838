using Diptych.Common.Diffusion;
using static TorchSharp.torch;

namespace Diptych.Tests.Common.Diffusion;

public sealed class SamplerTrajectoryTests
{
    // fp32 coefficients in the reference, doubles here: rounding differs, ten steps add it up.
    private const double Tolerance = 1e-4;

    public static TheoryData<string> Committed => [.. Names(Fixtures.Golden("schedulers"))];

    public static TheoryData<string> Beside => [.. Names(Path.Combine(Fixtures.Shared, "fixtures", "schedulers"), "(none)")];

    [Theory]
    [MemberData(nameof(Committed))]
    public void Every_step_of_the_reference_is_reproduced(string name) => Check(Fixtures.Golden("schedulers", name));

    [Theory]
    [MemberData(nameof(Beside))]
    public void Every_step_of_the_shared_reference_is_reproduced(string name) => Check(Path.Combine(Fixtures.Require("fixtures", "schedulers"), name));

    [Theory]
    [MemberData(nameof(Committed))]
    public void What_a_file_of_the_reference_says_can_be_asked_of_another_samplers_configuration(string name)
    {
        using var scope = NewDisposeScope();
        using var reference = new ReferenceTrajectory(Fixtures.Golden("schedulers", name));
        var (config, lcm) = (reference.Config, reference.Config.Sampler == SamplerKind.Lcm);
        var other = lcm || config.Sampler == SamplerKind.Ddim ? SamplerKind.Pndm : SamplerKind.Ddim;
        var plain = config.For(other) with { PredictionType = PredictionType.Epsilon, UseKarrasSigmas = false, RescaleBetasZeroSnr = false, Sampler = other };

        var asked = new SamplerOverrides
        {
            Sampler = SamplerNames.Parse(SamplerNames.Of(config.Sampler)),
            TimestepSpacing = lcm ? null : config.TimestepSpacing,
            PredictionType = config.PredictionType,
            RescaleBetasZeroSnr = config.RescaleBetasZeroSnr,
            Karras = config.UseKarrasSigmas,
            Eta = reference.Eta,
        }.Apply(plain);

        Check(name, reference, asked);
    }

    private static void Check(string path)
    {
        using var scope = NewDisposeScope();
        using var reference = new ReferenceTrajectory(path);
        Check(path, reference, reference.Config);
    }

    private static void Check(string path, ReferenceTrajectory reference, SchedulerConfig config)
    {
        CheckTimesteps(reference.Timesteps, Sampler.Timesteps(config.Sampler, config, reference.Steps));
        Assert.Equal(reference.InitialDeviation, Sampler.InitialDeviation(config.Sampler, config, reference.Steps), 1e-5);
        var samples = reference.Run(config);
        Assert.Equal(reference.Calls, samples.Count);
        for (var i = 0; i < samples.Count; i++)
        {
            var expected = reference.After(i);
            if (expected.isfinite().all().item<bool>())
            {
                Close.Absolute(expected, samples[i], Tolerance, $"{Path.GetFileName(path)} step {i}");
            }
            else
            {
                // The reference's UniPC multiplies infinity by nothing at noise level 0 under bh1; ours must not.
                Assert.True(samples[i].isfinite().all().item<bool>(), $"{Path.GetFileName(path)} step {i}");
            }
        }
    }

    // Whole timesteps are equal; those between come from logarithms in fp32, whose last digit depends on the library.
    private static void CheckTimesteps(double[] expected, IReadOnlyList<double> actual)
    {
        Assert.Equal(expected.Length, actual.Count);
        for (var i = 0; i < expected.Length; i++)
        {
            Assert.Equal(expected[i], actual[i], double.IsInteger(expected[i]) ? 0 : 1e-3);
        }
    }

    private static IEnumerable<string> Names(string folder, params string[] otherwise) =>
        Directory.Exists(folder)
            ? Directory.EnumerateFiles(folder, "*.safetensors").Select(path => Path.GetFileName(path)).Where(name => name != "noise-algebra.safetensors").Order(StringComparer.Ordinal)
            : otherwise;
}
