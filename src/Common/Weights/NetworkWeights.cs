namespace Diptych.Common.Weights;

/// <summary>Finds the weights in a network's folder: in one file or several, as safetensors or as a pickle, in full or in a variant such as <c>fp16</c>.</summary>
public static class NetworkWeights
{
    private const string Safetensors = ".safetensors", Pickle = ".bin", Index = ".index";

    /// <summary>Base names of diffusers' and transformers' files; the second is transformers' for pickles.</summary>
    private static readonly string[] BaseNames = ["diffusion_pytorch_model", "model", "pytorch_model"];

    /// <summary>Opens the weights of a network's folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="variant">The variant to take, such as <c>fp16</c>; <see langword="null"/> takes the plain files, or the one variant there is.</param>
    /// <exception cref="DiptychException">There are none, several variants and no plain file, or a file is damaged.</exception>
    public static IWeightSource Open(string folder, string? variant = null)
    {
        var path = Find(folder, variant);
        return path.EndsWith(".json", StringComparison.Ordinal) ? ShardedWeights.Open(path) : WeightFile.Open(path);
    }

    /// <summary>The file that <see cref="Open"/> opens: weights, or the index of several files.</summary>
    /// <exception cref="DiptychException">There is none, or a choice is needed.</exception>
    public static string Find(string folder, string? variant = null)
    {
        var files = Directory.Exists(folder) ? Directory.GetFiles(folder).Select(Path.GetFileName).OfType<string>().ToHashSet(StringComparer.Ordinal) : [];
        if (Candidates(variant).FirstOrDefault(files.Contains) is { } found)
        {
            return Path.Combine(folder, found);
        }

        var variants = files.Select(VariantOf).OfType<string>().Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        return (variant, variants) switch
        {
            (null, [var only]) => Find(folder, only),
            (null, []) => throw new DiptychException($"{Path.Combine(folder, Expected(folder))} is missing: download the whole model folder, weights included."),
            (null, _) => throw new DiptychException($"{folder} holds its weights in the variants {string.Join(", ", variants)} only: choose one with --variant."),
            (_, []) when Candidates(null).Any(files.Contains) => throw new DiptychException($"--variant {variant}: {folder} holds its weights without a variant; leave the option out."),
            _ => throw new DiptychException($"--variant {variant}: {folder} holds no such weights{(variants.Count > 0 ? $", but {string.Join(", ", variants)}" : "")}; choose another or leave the option out."),
        };
    }

    /// <summary>The plain weights file a network of this folder should have, text encoders being transformers' and the rest diffusers'.</summary>
    public static string Expected(string folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        return (Path.GetFileName(Path.TrimEndingDirectorySeparator(folder)).StartsWith("text_encoder", StringComparison.Ordinal) ? BaseNames[1] : BaseNames[0]) + Safetensors;
    }

    // Safetensors before pickles; in each, one file before several.
    private static IEnumerable<string> Candidates(string? variant)
    {
        var dot = variant is null ? "" : $".{variant}";
        foreach (var extension in (string[])[Safetensors, Pickle])
        {
            foreach (var name in BaseNames)
            {
                yield return $"{name}{dot}{extension}";
                yield return $"{name}{extension}{Index}{dot}.json";
                yield return $"{name}{dot}{extension}{Index}.json";
            }
        }
    }

    private static string? VariantOf(string file)
    {
        foreach (var name in BaseNames.Where(n => file.StartsWith(n + ".", StringComparison.Ordinal)))
        {
            var rest = file[(name.Length + 1)..].Split('.');
            switch (rest)
            {
                case [var variant, "safetensors" or "bin"] when !variant.Contains("-of-", StringComparison.Ordinal):
                    return variant;
                case [var sharded and not ("safetensors" or "bin"), "safetensors" or "bin", "index", "json"]:
                    return sharded;
                case ["safetensors" or "bin", "index", var indexed, "json"]:
                    return indexed;
            }
        }

        return null;
    }
}
