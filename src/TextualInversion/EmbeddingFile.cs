using Diptych.Common;
using Diptych.Common.Weights;
using static TorchSharp.torch;

namespace Diptych.TextualInversion;

/// <summary>
/// A learned word on disk: <c>learned_embeds.safetensors</c> with one tensor, [k, D] fp32, under the placeholder's name, as diffusers reads and writes it.
/// </summary>
public static class EmbeddingFile
{
    /// <summary>The file's usual name.</summary>
    public const string Name = "learned_embeds.safetensors";

    /// <summary>Writes the rows of a word.</summary>
    /// <exception cref="DiptychException">The file cannot be written.</exception>
    public static void Write(string path, string placeholder, Tensor rows) =>
        SafetensorsWriter.Write(path, [KeyValuePair.Create(placeholder, rows)]);

    /// <summary>Reads a word and its rows, [k, D] fp32.</summary>
    /// <exception cref="DiptychException">The file is missing, damaged, or holds another layout than one tensor of one or two dimensions.</exception>
    public static (string Placeholder, Tensor Rows) Read(string path)
    {
        var file = Directory.Exists(path) ? Path.Combine(path, Name) : path;
        using var tensors = SafetensorsFile.Open(file);
        if (tensors.Entries.Count != 1)
        {
            throw new DiptychException($"{file} holds {tensors.Entries.Count} tensors; a learned word is one tensor under its placeholder's name, as {Name} has it.");
        }

        var entry = tensors.Entries.Values.Single();
        using var scope = NewDisposeScope();
        var rows = tensors.Read(entry.Name).to_type(ScalarType.Float32);
        return entry.Shape.Length switch
        {
            1 => (entry.Name, rows.unsqueeze(0).clone().MoveToOuterDisposeScope()),
            2 => (entry.Name, rows.MoveToOuterDisposeScope()),
            _ => throw new DiptychException($"{file}: '{entry.Name}' has {entry.Shape.Length} dimensions; a learned word has rows and columns."),
        };
    }
}
