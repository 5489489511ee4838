using Diptych.Common.Pipelines;
using Diptych.Common.Runtime;
using Diptych.Common.SingleFile;
using Diptych.Lab;
using static TorchSharp.torch;

namespace Diptych.Cli.Benchmarks;

/// <summary>The model a benchmark times: the embedded one, or one of full size with random weights that is removed afterwards; speed does not depend on weights.</summary>
internal sealed class BenchmarkModel : IDisposable
{
    private readonly string? _temporary;

    private BenchmarkModel(string name, string folder, string? temporary) => (Name, Folder, _temporary) = (name, folder, temporary);

    /// <summary>The shape's name, for the rows.</summary>
    public string Name { get; }

    /// <summary>The model's folder.</summary>
    public string Folder { get; }

    /// <summary>A model that is there already.</summary>
    public static BenchmarkModel At(string folder) => new(Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder))), folder, null);

    /// <summary>A model of a shape, written to the temporary folder where it is not the embedded one.</summary>
    public static BenchmarkModel Of(BenchmarkShape shape, Action<string, long, long> progress, CancellationToken cancellation)
    {
        if (shape == BenchmarkShape.Lab)
        {
            return new BenchmarkModel("lab", LabModel.Find().Model, null);
        }

        var (name, family) = shape == BenchmarkShape.Sd15 ? ("sd15", CheckpointFamily.StableDiffusion1) : ("sdxl", CheckpointFamily.StableDiffusionXL);
        TorchRuntime.Load();
        var folder = Path.Combine(Path.GetTempPath(), $"diptych-bench-{name}-{Environment.ProcessId}");
        var model = new BenchmarkModel(name, folder, temporary: folder);
        try
        {
            RandomModel.Write(folder, family, ScalarType.Float32, 0, (done, total) => progress("writing MB", done >> 20, total >> 20), cancellation);
            return model;
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_temporary is not null && Directory.Exists(_temporary))
        {
            Directory.Delete(_temporary, recursive: true);
        }
    }
}
