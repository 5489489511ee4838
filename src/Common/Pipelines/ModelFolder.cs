using System.Text.Json;
using System.Text.Json.Nodes;
using Diptych.Common.Diffusion;
using Diptych.Common.Text;
using Diptych.Common.Weights;

namespace Diptych.Common.Pipelines;

/// <summary>A model in diffusers' layout: <c>model_index.json</c> and a folder for each component.</summary>
public sealed class ModelFolder : ModelSource
{
    private const string Index = "model_index.json";
    private const string SafetyChecker = "safety_checker";

    private static readonly JsonSerializerOptions IndexFormat = new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly ModelOptions _options;

    private ModelFolder(string path, ConfigFile index, ModelOptions options)
        : base(path, index.Text("_class_name"))
    {
        _options = options;
        ForceZerosForEmptyPrompt = IsXl && index.Flag("force_zeros_for_empty_prompt", true);
    }

    /// <inheritdoc/>
    public override bool ForceZerosForEmptyPrompt { get; }

    /// <summary>The components a pipeline of its class needs.</summary>
    public IReadOnlyList<string> Components => [.. Tokenizers, .. Networks, "scheduler"];

    private string SchedulerPath => Path.Combine(Place("scheduler"), SchedulerFile.Name);

    /// <summary>Opens a folder and checks that every component a Stable Diffusion pipeline needs is there.</summary>
    /// <exception cref="DiptychException">It is no model folder, a component is missing, or the pipeline is of a family that is not supported.</exception>
    public static new ModelFolder Open(string path, ModelOptions? options = null)
    {
        if (!Directory.Exists(path))
        {
            throw new DiptychException($"{path}: no such folder or file; give a model folder in diffusers' layout (one that holds {Index}) or a single-file checkpoint.");
        }

        if (!File.Exists(Path.Combine(path, Index)))
        {
            var single = Directory.EnumerateFiles(path).Order(StringComparer.Ordinal).FirstOrDefault(f => Path.GetExtension(f) is ".safetensors" or ".ckpt");
            throw new DiptychException($"{path} holds no {Index}: give the model's top folder in diffusers' layout{(single is null ? ", or a single-file checkpoint" : $", or the file {single} itself")}.");
        }

        var config = ConfigFile.Read(Path.Combine(path, Index));
        var className = config.Text("_class_name");
        if (className is not ("StableDiffusionPipeline" or XlClassName))
        {
            throw new DiptychException($"{config.Path}: a {className} is not supported; use a StableDiffusionPipeline (Stable Diffusion 1.x or 2.x) or a {XlClassName} (XL's base model).");
        }

        var folder = new ModelFolder(Path.GetFullPath(path), config, options ?? new ModelOptions());
        foreach (var component in folder.Components)
        {
            if (!Directory.Exists(folder.Place(component)))
            {
                throw new DiptychException($"{Path.Combine(path, component)} is missing: download the whole model folder again.");
            }
        }

        return folder;
    }

    /// <inheritdoc/>
    public override string Place(string component) => Path.Combine(Root, component);

    /// <inheritdoc/>
    public override NetworkSource Network(string component) => NetworkSource.Folder(Place(component), _options.Variant);

    /// <inheritdoc/>
    public override ClipTokenizer Tokenizer(string component) => ClipTokenizer.Load(Place(component));

    /// <inheritdoc/>
    public override SchedulerConfig Scheduler()
    {
        var config = SchedulerConfig.Load(SchedulerPath);
        return _options.PredictionType is { } prediction ? config with { PredictionType = prediction } : config;
    }

    /// <inheritdoc/>
    public override IReadOnlyList<string> WeightFiles(string network)
    {
        var path = NetworkWeights.Find(Place(network), _options.Variant);
        if (!path.EndsWith(".json", StringComparison.Ordinal))
        {
            return [path];
        }

        using var shards = ShardedWeights.Open(path);
        return shards.Files;
    }

    /// <inheritdoc/>
    public override void CopyTo(string target, IReadOnlyCollection<string> replaced, Action<string, string> write)
    {
        ArgumentNullException.ThrowIfNull(write);
        foreach (var component in Components)
        {
            foreach (var file in Directory.EnumerateFiles(Place(component), "*", SearchOption.AllDirectories))
            {
                if (!replaced.Contains(component) || !IsWeights(file))
                {
                    AtomicFile.Write(Path.Combine(target, Path.GetRelativePath(Root, file)), stream =>
                    {
                        using var source = File.OpenRead(file);
                        source.CopyTo(stream);
                    });
                }
            }
        }

        foreach (var component in replaced)
        {
            write(component, Path.Combine(target, component, NetworkWeights.Expected(component)));
        }

        if (_options.PredictionType is { } asked)
        {
            AtomicFile.WriteText(Path.Combine(target, "scheduler", SchedulerFile.Name), SchedulerFile.WithPrediction(File.ReadAllText(SchedulerPath), asked));
        }

        // The index goes last: a folder without it is no model, so an interrupted copy cannot be mistaken for one.
        AtomicFile.WriteText(Path.Combine(target, Index), IndexOfCopy().ToJsonString(IndexFormat));
    }

    // diffusers looks for every part the index lists, and a copy holds none but those a pipeline needs: no safety checker, no feature extractor.
    private JsonObject IndexOfCopy()
    {
        var index = JsonNode.Parse(File.ReadAllText(Path.Combine(Root, Index)))!.AsObject();
        var leftOut = index.Where(entry => IsPart(entry.Value) && !Components.Contains(entry.Key)).Select(entry => entry.Key).ToList();
        foreach (var part in leftOut)
        {
            index[part] = new JsonArray(null, null);
        }

        if (leftOut.Contains(SafetyChecker))
        {
            index["requires_safety_checker"] = false;
        }

        return index;
    }

    // A part is listed with its library and its class.
    private static bool IsPart(JsonNode? value) => value is JsonArray { Count: 2 } entry && entry[0]?.GetValueKind() == JsonValueKind.String;

    private static bool IsWeights(string file) =>
        Path.GetExtension(file) is ".safetensors" or ".bin" or ".msgpack" or ".onnx" or ".onnx_data" or ".ckpt" or ".h5"
        || Path.GetFileName(file).Contains(".index.", StringComparison.Ordinal);
}
