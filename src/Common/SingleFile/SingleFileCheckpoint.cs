using System.Text.Json.Nodes;
using Diptych.Common.Diffusion;
using Diptych.Common.Weights;

namespace Diptych.Common.SingleFile;

/// <summary>
/// A whole model in one file, in the layout of the original code (Rombach et al. 2022): Stable Diffusion 1, 2 or XL, recognised by its
/// tensors and seen in diffusers' names. Nothing but names and shapes is read until weights are asked for.
/// </summary>
public sealed class SingleFileCheckpoint
{
    // SD 2 takes the last but one of OpenCLIP ViT-H's 24 blocks: the last is in the file and never run.
    private const int BlocksOfTextOf2 = 23;

    private readonly Dictionary<string, IReadOnlyDictionary<string, TensorRecipe>> _networks = new(StringComparer.Ordinal);
    private readonly Dictionary<string, JsonObject> _configs = new(StringComparer.Ordinal);

    private SingleFileCheckpoint(string path, CheckpointFamily family, DetectedPrediction prediction)
    {
        Path = path;
        Family = family;
        Prediction = prediction;
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>Its family.</summary>
    public CheckpointFamily Family { get; }

    /// <summary>The family in words.</summary>
    public string Name => Family switch { CheckpointFamily.StableDiffusion1 => "Stable Diffusion 1", CheckpointFamily.StableDiffusion2 => "Stable Diffusion 2", _ => "Stable Diffusion XL" };

    /// <summary>What its network predicts, and how that is known.</summary>
    public DetectedPrediction Prediction { get; }

    /// <summary>The networks: <c>unet</c>, <c>vae</c>, <c>text_encoder</c> and, for XL, <c>text_encoder_2</c>.</summary>
    public IReadOnlyCollection<string> Networks => _networks.Keys;

    /// <summary>Tensors that belong to no network of the family (averaged copies, the training's own tables) and are not read.</summary>
    public IReadOnlyList<string> LeftOut { get; private set; } = [];

    /// <summary><c>scheduler_config.json</c> for it.</summary>
    public JsonObject Scheduler { get; private set; } = [];

    /// <summary>Recognises a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="predictionType">What its network predicts; default as detected.</param>
    /// <exception cref="DiptychException">It is missing, damaged, or of another kind or family; the message names it.</exception>
    public static SingleFileCheckpoint Open(string path, PredictionType? predictionType = null)
    {
        using var file = WeightFile.Open(path);
        var family = FamilyOf(file);
        var prediction = predictionType is { } given ? new DetectedPrediction(given, "it was asked for") : PredictionHints.Of(file, family);
        var checkpoint = new SingleFileCheckpoint(path, family, prediction);
        checkpoint.Sort(file);
        checkpoint.RefuseVariants();
        checkpoint.Configure(zeroTerminalSnr: file.Entries.ContainsKey("ztsnr"));
        return checkpoint;
    }

    /// <summary>The configuration of a network, inferred from its tensors.</summary>
    public JsonObject Config(string network) => _configs[network];

    /// <summary>Opens the weights of a network, under diffusers' and transformers' names.</summary>
    /// <exception cref="DiptychException">The file can no longer be read.</exception>
    public IWeightSource OpenWeights(string network) => new ConvertedWeights(WeightFile.Open(Path), _networks[network]);

    private static CheckpointFamily FamilyOf(IWeightSource file)
    {
        var names = (IReadOnlyCollection<string>)[.. file.Entries.Keys];
        if (ForeignKinds.Of(names) is var (kind, remedy))
        {
            throw new DiptychException($"{file.Path} is {kind}, not a Stable Diffusion checkpoint: {remedy}.");
        }

        bool Begins(string prefix) => names.Any(n => n.StartsWith(prefix, StringComparison.Ordinal));
        return Begins(Ldm.SecondTextOfXl) ? CheckpointFamily.StableDiffusionXL
            : Begins(Ldm.TextOfRefiner) ? throw new DiptychException($"{file.Path} is the refiner of Stable Diffusion XL, which is not supported: use the base model.")
            : Begins(Ldm.TextOf2) ? CheckpointFamily.StableDiffusion2
            : Begins(Ldm.TextOf1) ? CheckpointFamily.StableDiffusion1
            : Begins(Ldm.Unet) ? throw new DiptychException($"{file.Path} holds no text encoder of Stable Diffusion: give a whole checkpoint (1.x, 2.x or XL).")
            : throw new DiptychException($"{file.Path} is no Stable Diffusion checkpoint of a known layout: it holds {names.Count} tensors, such as {string.Join(", ", names.Take(3))}. Give a whole checkpoint of 1.x, 2.x or XL.");
    }

    private void Sort(IWeightSource file)
    {
        var xl = Family == CheckpointFamily.StableDiffusionXL;
        var unet = UnetNames.Of(Under(file, Ldm.Unet).Select(p => p.Tail));
        var vae = VaeNames.Of(Under(file, Ldm.Vae).Select(p => p.Tail));
        Add("unet", file, Ldm.Unet, (rest, entry) => One(unet.ToDiffusers(rest), entry));
        Add("vae", file, Ldm.Vae, (rest, entry) => rest.StartsWith("loss.", StringComparison.Ordinal) ? [] : One(vae.ToDiffusers(rest), entry));
        if (Family == CheckpointFamily.StableDiffusion2)
        {
            Add("text_encoder", file, Ldm.TextOf2, new OpenClipNames(BlocksOfTextOf2, projection: false).Convert);
        }
        else
        {
            Add("text_encoder", file, xl ? Ldm.FirstTextOfXl : Ldm.TextOf1, InTransformers);
        }

        if (xl)
        {
            Add("text_encoder_2", file, Ldm.SecondTextOfXl, new OpenClipNames(int.MaxValue, projection: true).Convert);
        }

        string[] taken = xl ? [Ldm.Unet, Ldm.Vae, Ldm.FirstTextOfXl, Ldm.SecondTextOfXl] : [Ldm.Unet, Ldm.Vae, Family == CheckpointFamily.StableDiffusion2 ? Ldm.TextOf2 : Ldm.TextOf1];
        LeftOut = [.. file.Entries.Keys.Where(n => !taken.Any(p => n.StartsWith(p, StringComparison.Ordinal))).Order(StringComparer.Ordinal)];
    }

    private void Add(string network, IWeightSource file, string prefix, Func<string, WeightEntry, IEnumerable<(string Name, TensorRecipe Recipe)>?> convert)
    {
        var recipes = new Dictionary<string, TensorRecipe>(StringComparer.Ordinal);
        foreach (var (rest, entry) in Under(file, prefix))
        {
            var made = convert(rest, entry) ?? throw new DiptychException($"{file.Path}: no {network} of {Name} has a tensor '{entry.Name}'; give a checkpoint of 1.x, 2.x or XL without changes to its networks.");
            foreach (var (name, recipe) in made)
            {
                if (!recipes.TryAdd(name, recipe))
                {
                    throw new DiptychException($"{file.Path}: '{entry.Name}' and '{recipes[name].Source}' are both {network}'s {name}; keep one layout in the file.");
                }
            }
        }

        _networks[network] = recipes;
    }

    private void RefuseVariants()
    {
        var unet = _networks["unet"];
        long Channels(string name, int axis) => unet.TryGetValue(name, out var tensor) && tensor.Shape.Length == 4 ? tensor.Shape[axis] : 0;
        // Beside the noisy latents: a mask and what it leaves of a picture, a whole picture, a map of depths, a small picture in colours.
        var variant = (Channels("conv_in.weight", 1), Channels("conv_out.weight", 0)) switch
        {
            var (given, latents) when given == 2 * latents + 1 => "an inpainting variant",
            var (given, latents) when given == 2 * latents && given > 0 => "an InstructPix2Pix variant",
            var (given, latents) when given == latents + 3 => "an upscaling variant",
            var (given, latents) when given == latents + 1 => "a depth-to-image variant",
            _ => null,
        };
        if (variant is null && Family != CheckpointFamily.StableDiffusionXL && unet.ContainsKey("add_embedding.linear_1.weight"))
        {
            variant = "an unCLIP variant";
        }

        if (variant is not null)
        {
            throw new DiptychException($"{Path} is {variant} of {Name}, which is not supported: use a text-to-image checkpoint.");
        }
    }

    private void Configure(bool zeroTerminalSnr)
    {
        var pixels = StandardConfigs.Pixels(Family, Prediction.Type);
        var levels = _networks["vae"].Keys.Where(n => n.StartsWith("encoder.down_blocks.", StringComparison.Ordinal)).Select(n => n.Split('.')[2]).Distinct(StringComparer.Ordinal).Count();
        _configs["unet"] = InferredConfig.Unet(Family, _networks["unet"], pixels >> Math.Max(0, levels - 1), upcast: Family == CheckpointFamily.StableDiffusion2 && Prediction.Type == PredictionType.VPrediction);
        _configs["vae"] = InferredConfig.Vae(_networks["vae"], pixels, StandardConfigs.ScalingFactor(Family));
        _configs["text_encoder"] = InferredConfig.Text(_networks["text_encoder"], openClip: Family == CheckpointFamily.StableDiffusion2);
        if (Family == CheckpointFamily.StableDiffusionXL)
        {
            _configs["text_encoder_2"] = InferredConfig.Text(_networks["text_encoder_2"], openClip: true);
        }

        Scheduler = StandardConfigs.Scheduler(Family, Prediction.Type, zeroTerminalSnr);
    }

    private static IEnumerable<(string Tail, WeightEntry Entry)> Under(IWeightSource file, string prefix) =>
        file.Entries.Values.Where(e => e.Name.StartsWith(prefix, StringComparison.Ordinal)).Select(e => (e.Name[prefix.Length..], e));

    private static IEnumerable<(string Name, TensorRecipe Recipe)>? One(string? name, WeightEntry entry) => name is null ? null : [(name, new TensorRecipe(entry.Name, ShapeOf(name, entry)))];

    // The autoencoder's attention projects by 1x1 convolutions there, by matrices here.
    private static long[] ShapeOf(string name, WeightEntry entry) =>
        entry.Shape is [var rows, var columns, 1, 1] && name.Contains("mid_block.attentions.0.to_", StringComparison.Ordinal) ? [rows, columns] : entry.Shape;

    private static IEnumerable<(string Name, TensorRecipe Recipe)> InTransformers(string rest, WeightEntry entry)
    {
        // 0, 1, 2, ...: a buffer that transformers stored until version 4.31. Some files lack the prefix.
        if (!rest.EndsWith("embeddings.position_ids", StringComparison.Ordinal) && !rest.StartsWith("text_projection.", StringComparison.Ordinal))
        {
            yield return (rest.StartsWith("text_model.", StringComparison.Ordinal) ? rest : "text_model." + rest, new TensorRecipe(entry.Name, entry.Shape));
        }
    }
}
