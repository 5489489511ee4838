using Diptych.Common.Diffusion;
using Diptych.Common.Weights;
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
    public void Every_step_of_the_shared_reference_is_reproduced(string name)
    {
        var path = Path.Combine(Fixtures.Require("fixtures", "schedulers"), name);
        using (var file = SafetensorsFile.Open(path))
        {
            Assert.SkipWhen(SamplerNames.OfClass(file.Metadata["cls"]) is null, $"{file.Metadata["cls"]} is not among the samplers");
        }

        Check(path);
    }

    private static void Check(string path)
    {
        using var scope = NewDisposeScope();
        using var reference = new ReferenceTrajectory(path);
        Assert.Equal(reference.Timesteps, Sampler.Timesteps(reference.Config.Sampler, reference.Config, reference.Steps));
        var samples = reference.Run();
        Assert.Equal(reference.Calls, samples.Count);
        for (var i = 0; i < samples.Count; i++)
        {
            Close.Absolute(reference.After(i), samples[i], Tolerance, $"{Path.GetFileName(path)} step {i}");
        }
    }

    private static IEnumerable<string> Names(string folder, params string[] otherwise) =>
        Directory.Exists(folder)
            ? Directory.EnumerateFiles(folder, "*.safetensors").Select(path => Path.GetFileName(path)).Where(name => name != "noise-algebra.safetensors").Order(StringComparer.Ordinal)
            : otherwise;
}
