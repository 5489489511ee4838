using System.Globalization;
using System.Text.RegularExpressions;
using Diptych.Common.Diffusion;
using Diptych.Common.Weights;
using static TorchSharp.torch;

namespace Diptych.Tests.Common.Diffusion;

/// <summary>One of the reference's samplers at work on a network anyone can write down, with every noise it drew.</summary>
internal sealed partial class ReferenceTrajectory : IDisposable
{
    private const string Network = "0.6*sin(1.3*x) + 0.1*cos(t/100), x after scale_model_input";
    private readonly SafetensorsFile _file;

    public ReferenceTrajectory(string path)
    {
        _file = SafetensorsFile.Open(path);
        Assert.Equal(Network, _file.Metadata["network"]);
        Config = SchedulerConfig.Parse(path, _file.Metadata["config"], _file.Metadata["cls"]);
        Steps = int.Parse(_file.Metadata["steps"], CultureInfo.InvariantCulture);

        // eta is an argument of the reference's step, not of its configuration; only the file's name tells it.
        Eta = Share().Match(path) is { Success: true } match ? double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture) : 0;
    }

    public SchedulerConfig Config { get; }

    public int Steps { get; }

    public double Eta { get; }

    public int Calls => _file.Entries.Keys.Count(name => name.StartsWith("step.", StringComparison.Ordinal));

    public double InitialDeviation => double.Parse(_file.Metadata["init_noise_sigma"], CultureInfo.InvariantCulture);

    /// <summary>Unit noise: the reference scales it before it starts.</summary>
    public Tensor Initial => _file.Read("initial") / InitialDeviation;

    public double[] Timesteps => [.. _file.Read("timesteps").data<float>().ToArray().Select(t => (double)t)];

    public Tensor After(int call) => _file.Read($"step.{call}");

    /// <summary>Runs our sampler over the reference's noise and returns every intermediate sample.</summary>
    public List<Tensor> Run(SchedulerConfig config)
    {
        var samples = new List<Tensor>();
        using var initial = Initial;
        Sampler.Sample(config.Sampler, config, Steps, initial, Predict, noise: step => _file.Read($"noise.{step}"), eta: Eta, observe: (_, sample) => samples.Add(sample.clone().DetachFromDisposeScope())).Dispose();
        return samples;
    }

    public static Tensor Predict(Tensor sample, Tensor timestep) => 0.6 * (1.3 * sample).sin() + 0.1 * (timestep.to_type(ScalarType.Float32) / 100).cos();

    public void Dispose() => _file.Dispose();

    [GeneratedRegex(@"-eta([0-9.]+)\.safetensors$")]
    private static partial Regex Share();
}
