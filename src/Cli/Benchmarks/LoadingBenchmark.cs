using System.Diagnostics;
using Diptych.Common;
using Diptych.Common.Pipelines;
using Diptych.Common.Runtime;
using Diptych.Common.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace Diptych.Cli.Benchmarks;

/// <summary>Loads a model once in a fresh process, between two runs of cat over the same files.</summary>
internal static class LoadingBenchmark
{
    public static LoadingResult Run(string path, ModelOptions options, Device device, WeightPrecision precision, bool cold, bool step)
    {
        var source = ModelSource.Open(path, options);
        var files = source.Networks.SelectMany(source.WeightFiles).Distinct(StringComparer.Ordinal).ToList();
        var weights = source.Networks.Sum(n => WeightBytes(source.Network(n), precision));
        void Prepare()
        {
            if (cold)
            {
                PageCache.Drop(files);
            }
        }

        if (!cold)
        {
            Cat(files);
        }

        Prepare();
        var cats = new List<double> { Cat(files) };
        Prepare();
        using var memory = new MemoryPeak();
        var clock = Stopwatch.StartNew();
        var model = StableDiffusion.Load(path, device, precision.Type(), options);
        var load = clock.Elapsed.TotalSeconds;
        var (managed, loaded) = (memory.Managed, ResidentMemory.Peak);
        double? stepSeconds = null;
        if (step)
        {
            clock.Restart();
            using var scope = NewDisposeScope();
            using var initial = model.InitialLatents(0, 0).unsqueeze(0);
            model.Sample(["a photo of a dog"], initial, new GenerationOptions { Steps = 1, GuidanceScale = 1 }).Dispose();
            stepSeconds = clock.Elapsed.TotalSeconds;
        }

        var afterStep = ResidentMemory.Peak;
        // Pages that a model still uses stay in the cache, whatever is asked.
        model.Dispose();
        Prepare();
        cats.Add(Cat(files));
        var machine = MachineDescription.Current();
        return new LoadingResult
        {
            Processor = machine.Cpu, Cores = machine.Cores, Memory = machine.MemoryBytes, Pipeline = source.ClassName, Precision = precision.ToString().ToLowerInvariant(), Cold = cold,
            FileBytes = files.Sum(f => new FileInfo(f).Length), WeightBytes = weights, CatSeconds = cats, LoadSeconds = load, PeakManaged = managed, PeakResidentLoaded = loaded,
            StepSeconds = stepSeconds, PeakResidentStep = step ? afterStep : null,
        };
    }

    private static long WeightBytes(NetworkSource network, WeightPrecision precision)
    {
        using var weights = network.OpenWeights();
        return weights.Entries.Values.Sum(e => e.Elements * (e.Dtype is ScalarType.Float32 or ScalarType.Float16 or ScalarType.BFloat16 ? precision.Type().ElementSize() : e.Dtype.ElementSize()));
    }

    private static double Cat(IEnumerable<string> files)
    {
        // Through a shell, so that the bytes go nowhere instead of through a pipe to this process.
        var start = new ProcessStartInfo("sh", ["-c", "exec cat \"$@\" > /dev/null", "cat", .. files]);
        var clock = Stopwatch.StartNew();
        using var process = Process.Start(start) ?? throw new DiptychException("cat could not be started: install it, or measure on Linux.");
        process.WaitForExit();
        return process.ExitCode == 0 ? clock.Elapsed.TotalSeconds : throw new DiptychException($"cat ended with status {process.ExitCode}: the files cannot be read whole.");
    }
}
