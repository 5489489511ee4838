using System.Security.Cryptography;
using Diptych.Common.Diffusion;
using Diptych.Common.Text;
using Diptych.Common.Weights;

namespace Diptych.Common.Pipelines;

/// <summary>Where a model's components come from: a folder in diffusers' layout, or a single file.</summary>
public abstract class ModelSource
{
    /// <summary>The pipeline class of Stable Diffusion XL.</summary>
    protected const string XlClassName = "StableDiffusionXLPipeline";

    private protected ModelSource(string root, string className)
    {
        Root = root;
        ClassName = className;
    }

    /// <summary>The folder or file.</summary>
    public string Root { get; }

    /// <summary>diffusers' name of the pipeline.</summary>
    public string ClassName { get; }

    /// <summary>Whether it is a Stable Diffusion XL, with a second text encoder.</summary>
    public bool IsXl => ClassName == XlClassName;

    /// <summary>Whether pictures asked for without a negative prompt are guided away from zeros instead of the empty prompt's encoding.</summary>
    public abstract bool ForceZerosForEmptyPrompt { get; }

    /// <summary>What the reader should know about how the model was understood, a line each.</summary>
    public virtual IReadOnlyList<string> Remarks => [];

    /// <summary>The text encoders, in the order in which the UNet reads them.</summary>
    public IReadOnlyList<string> TextEncoders => IsXl ? ["text_encoder", "text_encoder_2"] : ["text_encoder"];

    /// <summary>The tokenizers, one for each text encoder.</summary>
    public IReadOnlyList<string> Tokenizers => IsXl ? ["tokenizer", "tokenizer_2"] : ["tokenizer"];

    /// <summary>The networks.</summary>
    public IReadOnlyList<string> Networks => [.. TextEncoders, "unet", "vae"];

    /// <summary>Opens a folder in diffusers' layout or a single-file checkpoint.</summary>
    /// <exception cref="DiptychException">It is neither, a component is missing, or it is of a family that is not supported.</exception>
    public static ModelSource Open(string path, ModelOptions? options = null) =>
        File.Exists(path) ? SingleFileModel.Open(path, options) : ModelFolder.Open(path, options);

    /// <summary>What errors call a component: its folder, or the file with its name behind.</summary>
    public abstract string Place(string component);

    /// <summary>A network's configuration and weights.</summary>
    /// <exception cref="DiptychException">Its configuration is missing or damaged.</exception>
    public abstract NetworkSource Network(string component);

    /// <summary>A tokenizer.</summary>
    /// <exception cref="DiptychException">Its files are missing or damaged.</exception>
    public abstract ClipTokenizer Tokenizer(string component);

    /// <summary>The scheduler's settings.</summary>
    /// <exception cref="DiptychException">They are missing or damaged.</exception>
    public abstract SchedulerConfig Scheduler();

    /// <summary>The files a network's weights lie in.</summary>
    /// <exception cref="DiptychException">They are missing.</exception>
    public abstract IReadOnlyList<string> WeightFiles(string network);

    /// <summary>
    /// Writes the model to <paramref name="target"/> as a folder in diffusers' layout, except the weights of <paramref name="replaced"/> networks, which
    /// <paramref name="write"/> supplies. The copy appears whole or not at all. Parts that draw nothing (a safety checker, a feature extractor) are
    /// neither in it nor listed, and its scheduler says the prediction type that was asked for.
    /// </summary>
    /// <exception cref="DiptychException">The target cannot be written.</exception>
    public abstract void CopyTo(string target, IReadOnlyCollection<string> replaced, Action<string, string> write);

    /// <summary>SHA-256 over the weights of all networks, as lower-case hex: what the model is, wherever it lies.</summary>
    public string Hash()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        // A single file holds several networks and is read once.
        foreach (var file in Networks.SelectMany(WeightFiles).Distinct(StringComparer.Ordinal))
        {
            hash.AppendData(Convert.FromHexString(FileHash(file)));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>SHA-256 over the weights of one network, as lower-case hex.</summary>
    public string Hash(string network)
    {
        var files = WeightFiles(network);
        return files.Count == 1 ? FileHash(files[0]) : Convert.ToHexStringLower(SHA256.HashData([.. files.SelectMany(f => Convert.FromHexString(FileHash(f)))]));
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
}
