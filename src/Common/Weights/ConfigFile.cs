using System.Text.Json;

namespace Diptych.Common.Weights;

/// <summary>A component's <c>config.json</c>. Every error names the file and the key.</summary>
public sealed class ConfigFile
{
    private ConfigFile(string path, JsonElement root)
    {
        Path = path;
        Root = root;
    }

    /// <summary>The file's path.</summary>
    public string Path { get; }

    /// <summary>The whole object.</summary>
    public JsonElement Root { get; }

    /// <summary>Reads a JSON object.</summary>
    /// <exception cref="DiptychException">The file is missing or is no JSON object.</exception>
    public static ConfigFile Read(string path)
    {
        try
        {
            return Parse(path, File.ReadAllText(path));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new DiptychException($"{path} is missing: point to a model folder in diffusers' layout.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DiptychException($"{path} could not be read ({e.Message.ReplaceLineEndings(" ").TrimEnd('.')}).", e);
        }
    }

    /// <summary>Parses a JSON object that came from <paramref name="source"/> (named in errors).</summary>
    /// <exception cref="DiptychException">The text is no JSON object.</exception>
    public static ConfigFile Parse(string source, string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? new ConfigFile(source, document.RootElement.Clone())
                : throw new DiptychException($"{source} is no JSON object: restore the model's own file.");
        }
        catch (JsonException e)
        {
            throw new DiptychException($"{source} is no valid JSON (line {e.LineNumber + 1}): restore the model's own file.", e);
        }
    }

    /// <summary>Whether the key is there with a value other than null.</summary>
    public bool Has(string name) => Root.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null;

    /// <summary>A whole number.</summary>
    public int Int(string name, int? fallback = null) => Get(name, fallback.HasValue, fallback ?? 0, v => v.GetInt32(), "a whole number");

    /// <summary>A number.</summary>
    public double Number(string name, double? fallback = null) => Get(name, fallback.HasValue, fallback ?? 0, v => v.GetDouble(), "a number");

    /// <summary>True or false.</summary>
    public bool Flag(string name, bool? fallback = null) => Get(name, fallback.HasValue, fallback ?? false, v => v.GetBoolean(), "true or false");

    /// <summary>A string.</summary>
    public string Text(string name, string? fallback = null) => Get(name, fallback is not null, fallback ?? "", v => v.GetString() ?? "", "a string");

    /// <summary>A list of whole numbers.</summary>
    public IReadOnlyList<int> Ints(string name, IReadOnlyList<int>? fallback = null) =>
        Get(name, fallback is not null, fallback ?? [], v => v.EnumerateArray().Select(e => e.GetInt32()).ToArray(), "a list of whole numbers");

    /// <summary>A list of strings.</summary>
    public IReadOnlyList<string> Texts(string name, IReadOnlyList<string>? fallback = null) =>
        Get(name, fallback is not null, fallback ?? [], v => v.EnumerateArray().Select(e => e.GetString() ?? "").ToArray(), "a list of strings");

    private T Get<T>(string name, bool hasFallback, T fallback, Func<JsonElement, T> read, string kind)
    {
        if (!Has(name))
        {
            return hasFallback ? fallback : throw new DiptychException($"{Path} lacks \"{name}\": restore the model's own file.");
        }

        try
        {
            return read(Root.GetProperty(name));
        }
        catch (Exception e) when (e is InvalidOperationException or FormatException)
        {
            throw new DiptychException($"{Path}: \"{name}\" should be {kind}, not {Root.GetProperty(name).GetRawText()}.", e);
        }
    }
}
