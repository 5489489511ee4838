using Diptych.Common;
using Diptych.Common.Weights;
using static TorchSharp.torch;

namespace Diptych.TextualInversion;

/// <summary>
/// A learned word on disk: <c>learned_embeds.safetensors</c> with one tensor, [k, D] fp32, under the placeholder's name, as diffusers reads and
/// writes it; a Stable Diffusion XL's rows for its second text encoder are in <c>learned_embeds_2.safetensors</c> beside it. Also read: the same as
/// pickles, and the layouts of other programs, in which the file's name is the word: rows named <c>emb_params</c> (kohya) or <c>emp_params</c>
/// (OneTrainer), the table <c>string_to_param</c> (AUTOMATIC1111, the original), and both encoders' rows in one file, named <c>clip_l</c> and <c>clip_g</c>.
/// </summary>
public static class EmbeddingFile
{
    /// <summary>The file's usual name.</summary>
    public const string Name = Stem + ".safetensors";

    private const string Stem = "learned_embeds";
    private const string PickleName = Stem + ".bin";
    private const string FirstEncoder = "clip_l";
    private const string SecondEncoder = "clip_g";

    // The original program's table of words, flattened, and the entry that stands for any word.
    private const string Table = "string_to_param.";
    private const string AnyWord = Table + "*";

    // What rows are called where the word is the file's name; the last is what a pickle of a tensor alone comes out as.
    private static readonly HashSet<string> Nameless = ["emb_params", "emp_params", FirstEncoder, "tensor"];

    /// <summary>Name of the file that holds the word as it was after some steps, as the reference names it.</summary>
    /// <param name="step">Optimizer steps done.</param>
    public static string NameAt(int step) => FormattableString.Invariant($"{Stem}-steps-{step}.safetensors");

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

    /// <summary>Reads a word and its rows; of a pickle nothing is executed.</summary>
    /// <param name="path">The file for the first text encoder, or the folder it lies in under its usual name.</param>
    /// <exception cref="DiptychException">A file is missing, damaged, or holds another layout.</exception>
    public static LearnedWord Read(string path)
    {
        var file = Directory.Exists(path) ? InFolder(path) : path;
        RefusePictures(file);
        using var tensors = WeightFile.Open(file);
        if (tensors.Entries.Count == 2 && tensors.Entries.ContainsKey(FirstEncoder) && tensors.Entries.ContainsKey(SecondEncoder))
        {
            return new LearnedWord(Path.GetFileNameWithoutExtension(file), [Rows(tensors, FirstEncoder), Rows(tensors, SecondEncoder)]);
        }

        var first = Single(tensors);
        if (!Path.GetFileName(file).StartsWith(Stem, StringComparison.Ordinal) || !File.Exists(Second(file)))
        {
            return new LearnedWord(Word(first, file), [Rows(tensors, first)]);
        }

        using var others = WeightFile.Open(Second(file));
        return Single(others) is var second && second == first
            ? new LearnedWord(Word(first, file), [Rows(tensors, first), Rows(others, second)])
            : throw new DiptychException($"{others.Path} holds the word {second} and {file} the word {first}: keep the two files of one training together.");
    }

    private static string InFolder(string folder)
    {
        var (usual, pickle) = (Path.Combine(folder, Name), Path.Combine(folder, PickleName));
        return !File.Exists(usual) && File.Exists(pickle) ? pickle : usual;
    }

    // AUTOMATIC1111's program hides words in pictures as well.
    private static void RefusePictures(string file)
    {
        if (Path.GetExtension(file).ToUpperInvariant() is ".PNG" or ".WEBP" or ".JXL" or ".AVIF" && File.Exists(file))
        {
            throw new DiptychException($"{file} is a picture, and words kept in pictures are not read: give the word's .safetensors, .pt or .bin file.");
        }
    }

    // learned_embeds_2.safetensors, and learned_embeds_2-steps-500.safetensors, as the reference names them.
    private static string Second(string path)
    {
        var (folder, name) = (Path.GetDirectoryName(path) ?? "", Path.GetFileName(path));
        return Path.Combine(folder, name.StartsWith(Stem, StringComparison.Ordinal)
            ? $"{Stem}_2{name[Stem.Length..]}"
            : $"{Path.GetFileNameWithoutExtension(name)}_2{Path.GetExtension(name)}");
    }

    // The tensor that holds the rows.
    private static string Single(IWeightSource tensors)
    {
        var table = tensors.Entries.Keys.Where(name => name.StartsWith(Table, StringComparison.Ordinal)).ToList();
        // Beside that table the original program keeps tensors of another one, the words' ids.
        var names = table.Count > 0 ? table : [.. tensors.Entries.Keys];
        return names.Count == 1 ? names[0]
            : names.Contains(AnyWord) ? AnyWord
            : throw new DiptychException(
                $"{tensors.Path} holds {Described(names)}: give a learned word, which is one tensor under its placeholder's name, as {Name} has it, emb_params, emp_params or string_to_param in other programs' files, or {FirstEncoder} and {SecondEncoder} for Stable Diffusion XL.");
    }

    private static string Described(List<string> names)
    {
        const int named = 4;
        return names.Count == 0
            ? "no tensor"
            : $"{names.Count} tensors ({string.Join(", ", names.Order(StringComparer.Ordinal).Take(named))}{(names.Count > named ? ", ..." : "")})";
    }

    private static string Word(string name, string file) =>
        Nameless.Contains(name) || name.StartsWith(Table, StringComparison.Ordinal) ? Path.GetFileNameWithoutExtension(file) : name;

    private static Tensor Rows(IWeightSource tensors, string name)
    {
        var entry = tensors.Entry(name);
        var isReal = entry.Dtype is ScalarType.Float32 or ScalarType.Float16 or ScalarType.BFloat16 or ScalarType.Float64;
        if (!isReal || entry.Elements == 0 || entry.Shape.Length is not (1 or 2))
        {
            throw new DiptychException(
                $"{tensors.Path}: '{name}' is {entry.FileDtype} {entry.ShapeText}, {entry.Shape.Length} dimensions; a learned word has rows and columns of floating-point numbers: give the file of one.");
        }

        using var scope = NewDisposeScope();
        var rows = tensors.Read(name).to_type(ScalarType.Float32);
        return (rows.dim() == 1 ? rows.unsqueeze(0).clone() : rows).MoveToOuterDisposeScope();
    }
}
