using System.Security.Cryptography;
using System.Text.Json;
using Diptych.Common.Weights;

namespace Diptych.Common.Data;

/// <summary>
/// Lies beside generated pictures (DreamBooth's class images) and says what made them, so that pictures of another prompt or model
/// are never taken for these: the reference script reuses whatever lies in the folder.
/// </summary>
/// <param name="Recipe">What made the pictures.</param>
/// <param name="Files">The pictures in their order.</param>
public sealed record ImageManifest(ImageRecipe Recipe, IReadOnlyList<ManifestEntry> Files)
{
    /// <summary>The manifest's name within the folder.</summary>
    public const string FileName = "manifest.json";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    /// <summary>Describes pictures that lie in <paramref name="folder"/> under the given names.</summary>
    public static ImageManifest Of(string folder, ImageRecipe recipe, IEnumerable<string> names) =>
        new(recipe, [.. names.Select(n => new ManifestEntry(n, Hash(Path.Combine(folder, n))))]);

    /// <summary>The manifest of a folder, or null where it has none.</summary>
    /// <exception cref="DiptychException">The manifest is damaged.</exception>
    public static ImageManifest? Read(string folder)
    {
        var path = Path.Combine(folder, FileName);
        if (!File.Exists(path))
        {
            return null;
        }

        try
        {
            return JsonSerializer.Deserialize<ImageManifest>(File.ReadAllText(path), Json) ?? throw new JsonException("it is empty");
        }
        catch (Exception error) when (error is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new DiptychException($"{path}: cannot be read ({error.Message.ReplaceLineEndings(" ").TrimEnd('.')}); delete the folder to have its pictures made again.", error);
        }
    }

    /// <summary>Writes the manifest into the folder, whole or not at all.</summary>
    /// <exception cref="DiptychException">The file cannot be written.</exception>
    public void Write(string folder) => AtomicFile.WriteText(Path.Combine(folder, FileName), JsonSerializer.Serialize(this, Json) + "\n");

    /// <summary>
    /// Null where the pictures in <paramref name="folder"/> are of the wanted recipe and still as they were written; else why not, in one line.
    /// How many there are is for the caller to compare.
    /// </summary>
    public string? Matches(ImageRecipe wanted, string folder) => Recipe.DifferenceFrom(wanted) ?? FirstChange(folder);

    private string? FirstChange(string folder)
    {
        foreach (var file in Files)
        {
            var path = Path.Combine(folder, Path.GetFileName(file.Name));
            if (!File.Exists(path))
            {
                return $"{file.Name} is missing";
            }

            if (Hash(path) != file.Sha256)
            {
                return $"{file.Name} was changed after it was made";
            }
        }

        return null;
    }

    private static string Hash(string path)
    {
        using var stream = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }
}
