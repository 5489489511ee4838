using System.Text.Json;
using Diptych.Common.Training;
using Diptych.Common.Weights;
using static TorchSharp.torch;

namespace Diptych.Tests.Trajectories;

/// <summary>What a reference training script did, pass by pass, with the arguments it was given.</summary>
internal sealed class ReferenceRun : IDisposable
{
    private readonly SafetensorsFile _steps;
    private readonly List<string> _arguments;

    private ReferenceRun(string folder)
    {
        Folder = folder;
        _steps = SafetensorsFile.Open(Path.Combine(folder, "steps.safetensors"));
        _arguments = JsonSerializer.Deserialize<List<string>>(_steps.Metadata["arguments"])!;
    }

    public string Folder { get; }

    /// <summary>Forward and backward passes.</summary>
    public int Passes => int.Parse(_steps.Metadata["steps"], System.Globalization.CultureInfo.InvariantCulture);

    public string ModelFolder => Shared(Argument("pretrained_model_name_or_path"));

    public static ReferenceRun Open(string name) => new(Fixtures.Require("fixtures", "training", name));

    public bool Flag(string name) => _arguments.Contains("--" + name);

    public string Argument(string name, string? fallback = null)
    {
        var at = _arguments.IndexOf("--" + name);
        return at >= 0 ? _arguments[at + 1] : fallback ?? throw new InvalidOperationException($"The reference was run without --{name}.");
    }

    public double Number(string name, double fallback) =>
        double.Parse(Argument(name, fallback.ToString(System.Globalization.CultureInfo.InvariantCulture)), System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Photos in a folder the reference was given.</summary>
    public int CountOf(string argument) => Directory.GetFiles(FolderOf(argument)).Length;

    /// <summary>A folder the reference was given.</summary>
    public string FolderOf(string argument) => Shared(Argument(argument));

    public bool Has(long pass, string what) => _steps.Entries.ContainsKey($"{pass}.{what}");

    public Tensor Read(long pass, string what) => _steps.Read($"{pass}.{what}");

    public double Scalar(long pass, string what)
    {
        using var value = Read(pass, what);
        return value.item<float>();
    }

    /// <summary>The options the arguments amount to, with the reference scripts' own defaults.</summary>
    public TrainingOptions Options(double defaultRate, int defaultBatch) => new()
    {
        MaxTrainSteps = (int)Number("max_train_steps", 0),
        TrainBatchSize = (int)Number("train_batch_size", defaultBatch),
        GradientAccumulationSteps = (int)Number("gradient_accumulation_steps", 1),
        LearningRate = Number("learning_rate", defaultRate),
        ScaleLr = Flag("scale_lr"),
        LrScheduler = Argument("lr_scheduler", "constant"),
        LrWarmupSteps = (int)Number("lr_warmup_steps", 500),
        CheckpointingSteps = 0,
        Parity = true,
    };

    public void Dispose() => _steps.Dispose();

    private static string Shared(string path) => Path.Combine(Fixtures.Shared, Path.GetRelativePath("shared", path));
}
