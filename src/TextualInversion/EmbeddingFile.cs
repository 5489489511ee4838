using Diptych.Common;
using Diptych.Common.Weights;
using static TorchSharp.torch;

namespace Diptych.TextualInversion;

/// <summary>
/// A learned word on disk: <c>learned_embeds.safetensors</c> with one tensor, [k, D] fp32, under the placeholder's name, as diffusers reads and
/// writes it; a Stable Diffusion XL's rows for its second text encoder are in <c>learned_embeds_2.safetensors</c> beside it. Also read: both
/// encoders' rows in one file, named <c>clip_l</c> and <c>clip_g</c>, where the file's name is the word.
/// </summary>
public static class EmbeddingFile
{
    /// <summary>The file's usual name.</summary>
    public const string Name = Stem + ".safetensors";

    private const string Stem = "learned_embeds";
    private const string FirstEncoder = "clip_l";
    private const string SecondEncoder = "clip_g";

    /// <summary>Writes the rows of a word: a file, and one beside it for a second text encoder.</summary>
    /// <param name="path">The file for the first text encoder.</param>
    /// <param name="placeholder">The word.</param>
    /// <param name="rows">[k, D] for each text encoder.</param>
    /// <returns>The written files.</returns>
    /// <exception cref="DiptychException">A file cannot be written.</exception>
    public static IReadOnlyList<string> Write(string path, string placeholder, params IReadOnlyList<Tensor> rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        string[] files = [path, Second(path)];
        // The first file goes last: it is the one whose presence says that the word is there.
        for (var i = rows.Count - 1; i >= 0; i--)
        {
            SafetensorsWriter.Write(files[i], [KeyValuePair.Create(placeholder, rows[i])]);
        }

        return files[..rows.Count];
    }

    /// <summary>Reads a word and its rows.</summary>
    /// <param name="path">The file for the first text encoder, or the folder it lies in under its usual name.</param>
    /// <exception cref="DiptychException">A file is missing, damaged, or holds another layout.</exception>
    public static LearnedWord Read(string path)
    {
        var file = Directory.Exists(path) ? Path.Combine(path, Name) : path;
        using var tensors = SafetensorsFile.Open(file);
        if (tensors.Entries.Count == 2 && tensors.Entries.ContainsKey(FirstEncoder) && tensors.Entries.ContainsKey(SecondEncoder))
        {
            return new LearnedWord(Path.GetFileNameWithoutExtension(file), [Rows(tensors, FirstEncoder), Rows(tensors, SecondEncoder)]);
        }

        var first = Single(tensors);
        if (!Path.GetFileName(file).StartsWith(Stem, StringComparison.Ordinal) || !File.Exists(Second(file)))
        {
            return new LearnedWord(first, [Rows(tensors, first)]);
        }

        using var others = SafetensorsFile.Open(Second(file));
        return Single(others) is var second && second == first
            ? new LearnedWord(first, [Rows(tensors, first), Rows(others, second)])
            : throw new DiptychException($"{others.Path} holds the word {second} and {file} the word {first}: keep the two files of one training together.");
    }

    // learned_embeds_2.safetensors, and learned_embeds_2-steps-500.safetensors, as the reference names them.
    private static string Second(string path)
    {
        var (folder, name) = (Path.GetDirectoryName(path) ?? "", Path.GetFileName(path));
        return Path.Combine(folder, name.StartsWith(Stem, StringComparison.Ordinal)
            ? $"{Stem}_2{name[Stem.Length..]}"
            : $"{Path.GetFileNameWithoutExtension(name)}_2{Path.GetExtension(name)}");
    }

    private static string Single(SafetensorsFile tensors) => tensors.Entries.Count == 1
        ? tensors.Entries.Keys.Single()
        : throw new DiptychException(
            $"{tensors.Path} holds {tensors.Entries.Count} tensors ({string.Join(", ", tensors.Entries.Keys.Order(StringComparer.Ordinal).Take(4))}); a learned word is one tensor under its placeholder's name, as {Name} has it, or {FirstEncoder} and {SecondEncoder} for Stable Diffusion XL.");

    private static Tensor Rows(SafetensorsFile tensors, string name)
    {
        using var scope = NewDisposeScope();
        var rows = tensors.Read(name).to_type(ScalarType.Float32);
        return rows.dim() switch
        {
            1 => rows.unsqueeze(0).clone().MoveToOuterDisposeScope(),
            2 => rows.MoveToOuterDisposeScope(),
            var dimensions => throw new DiptychException($"{tensors.Path}: '{name}' has {dimensions} dimensions; a learned word has rows and columns."),
        };
    }
}
