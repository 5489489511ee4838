using System.Security.Cryptography;
using System.Text.Json;
using Diptych.Common.Weights;

namespace Diptych.Common.Pipelines;

/// <summary>A model in diffusers' layout: <c>model_index.json</c> and a folder for each component.</summary>
public sealed class ModelFolder
{
    private const string Index = "model_index.json";

    private const string XlClassName = "StableDiffusionXLPipeline";

    private static readonly string[] Needed = ["tokenizer", "text_encoder", "vae", "unet", "scheduler"];

    private ModelFolder(string path, ConfigFile index)
    {
        Root = path;
        ClassName = index.Text("_class_name");
        ForceZerosForEmptyPrompt = IsXl && index.Flag("force_zeros_for_empty_prompt", true);
    }

    /// <summary>The folder.</summary>
    public string Root { get; }

    /// <summary>The pipeline class <c>model_index.json</c> names.</summary>
    public string ClassName { get; }

    /// <summary>Whether it is a Stable Diffusion XL, with a second text encoder.</summary>
    public bool IsXl => ClassName == XlClassName;

    /// <summary>Whether pictures asked for without a negative prompt are guided away from zeros instead of the empty prompt's encoding.</summary>
    public bool ForceZerosForEmptyPrompt { get; }

    /// <summary>The components a pipeline of its class needs.</summary>
    public IReadOnlyList<string> Components => IsXl ? [.. Needed, "tokenizer_2", "text_encoder_2"] : Needed;

    /// <summary>The text encoders among them, in the order in which the UNet reads them.</summary>
    public IReadOnlyList<string> TextEncoders => IsXl ? ["text_encoder", "text_encoder_2"] : ["text_encoder"];

    /// <summary>Folder of a component, such as <c>unet</c>.</summary>
    public string this[string component] => System.IO.Path.Combine(Root, component);

    /// <summary>Opens a folder and checks that every component a Stable Diffusion pipeline needs is there.</summary>
    /// <exception cref="DiptychException">It is no model folder, a component is missing, or the pipeline is of a family that is not supported.</exception>
    public static ModelFolder Open(string path)
    {
        if (!Directory.Exists(path))
        {
            throw new DiptychException($"{path}: no such folder; give a model folder in diffusers' layout (one that holds {Index}).");
        }

        if (!File.Exists(Path.Combine(path, Index)))
        {
            throw new DiptychException($"{path} holds no {Index}: give the model's top folder in diffusers' layout, or convert a single-file checkpoint first.");
        }

        var config = ConfigFile.Read(Path.Combine(path, Index));
        var className = config.Text("_class_name");
        if (className is not ("StableDiffusionPipeline" or XlClassName))
        {
            throw new DiptychException($"{config.Path}: a {className} is not supported; use a StableDiffusionPipeline (Stable Diffusion 1.x or 2.x) or a {XlClassName} (XL's base model).");
        }

        var folder = new ModelFolder(Path.GetFullPath(path), config);
        foreach (var component in folder.Components)
        {
            if (!Directory.Exists(Path.Combine(path, component)))
            {
                throw new DiptychException($"{Path.Combine(path, component)} is missing: download the whole model folder again.");
            }
        }

        return folder;
    }

    /// <summary>The weights file of a component.</summary>
    public string Weights(string component) =>
        Path.Combine(this[component], TextEncoders.Contains(component) ? "model.safetensors" : "diffusion_pytorch_model.safetensors");

    /// <summary>SHA-256 over the weights of all components, as lower-case hex: what the model is, wherever it lies.</summary>
    public string Hash()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var component in (string[])[.. TextEncoders, "unet", "vae"])
        {
            hash.AppendData(Convert.FromHexString(FileHash(Weights(component))));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>SHA-256 of a file, as lower-case hex.</summary>
    /// <exception cref="DiptychException">The file is missing or cannot be read.</exception>
    public static string FileHash(string path)
    {
        try
        {
            using var file = File.OpenRead(path);
            return Convert.ToHexStringLower(SHA256.HashData(file));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DiptychException($"{path} is missing or cannot be read: download the model again.", e);
        }
    }

    /// <summary>
    /// Copies the model to <paramref name="target"/>, except the weights of <paramref name="replaced"/> components, which <paramref name="write"/> supplies.
    /// The copy appears whole or not at all.
    /// </summary>
    /// <exception cref="DiptychException">The target cannot be written.</exception>
    public void CopyTo(string target, IReadOnlyCollection<string> replaced, Action<string, string> write)
    {
        ArgumentNullException.ThrowIfNull(write);
        foreach (var component in Components.Where(c => c != "scheduler" || Directory.Exists(this[c])))
        {
            foreach (var file in Directory.EnumerateFiles(this[component], "*", SearchOption.AllDirectories))
            {
                var relative = Path.GetRelativePath(Root, file);
                if (!replaced.Contains(component) || !IsWeights(file))
                {
                    AtomicFile.Write(Path.Combine(target, relative), stream =>
                    {
                        using var source = File.OpenRead(file);
                        source.CopyTo(stream);
                    });
                }
            }
        }

        foreach (var component in replaced)
        {
            write(component, Path.Combine(target, Path.GetRelativePath(Root, Weights(component))));
        }

        // The index goes last: a folder without it is no model, so an interrupted copy cannot be mistaken for one.
        var index = JsonSerializer.Deserialize<JsonElement>(File.ReadAllText(Path.Combine(Root, Index)));
        AtomicFile.WriteText(Path.Combine(target, Index), JsonSerializer.Serialize(index, IndexFormat));
    }

    private static readonly JsonSerializerOptions IndexFormat = new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static bool IsWeights(string file) => Path.GetExtension(file) is ".safetensors" or ".bin" or ".msgpack" or ".onnx" or ".ckpt";
}
