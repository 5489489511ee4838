using System.Text.Json;
using Diptych.Common;
using Diptych.Common.Weights;

namespace Diptych.Lab.Judges;

/// <summary>The oracle's shape, from its <c>config.json</c>.</summary>
/// <param name="Classes">Each classifying head with its values in the order of its logits.</param>
/// <param name="Colours">Heads that read a colour: three numbers, RGB from 0 to 1.</param>
/// <param name="Channels">Channels before and after each stage; the first is the picture's.</param>
/// <param name="NormGroups">Groups of every GroupNorm.</param>
/// <param name="ImageSize">Pixels on a side.</param>
/// <param name="Segments">Whether the net reads colours under parts it has found (<see cref="SegmentingOracleNetwork"/>), or from features of the whole picture.</param>
public sealed record OracleConfig(
    IReadOnlyDictionary<string, IReadOnlyList<string>> Classes,
    IReadOnlyList<string> Colours,
    IReadOnlyList<int> Channels,
    int NormGroups,
    int ImageSize,
    bool Segments = false)
{
    /// <summary>Reads the shape.</summary>
    /// <exception cref="DiptychException">A key is missing or of the wrong kind, or a head that judging needs is not there.</exception>
    public static OracleConfig Read(ConfigFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        var classes = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        foreach (var head in Members(file, "classes"))
        {
            classes[head.Name] = head.Value.ValueKind == JsonValueKind.Array && head.Value.EnumerateArray().All(value => value.ValueKind == JsonValueKind.String)
                ? [.. head.Value.EnumerateArray().Select(value => value.GetString()!)]
                : throw new DiptychException($"{file.Path}: \"classes.{head.Name}\" should be a list of strings; restore the oracle's own file");
        }

        var config = new OracleConfig(classes, [.. Members(file, "colours").Select(head => head.Name)], file.Ints("channels"), file.Int("norm_num_groups"), file.Int("image_size"), Architecture(file));
        string[] needed =
        [
            OracleHeads.Class, OracleHeads.Colour, OracleHeads.Scene, OracleHeads.Style, OracleHeads.Layout, OracleHeads.Light,
            OracleHeads.Pattern, OracleHeads.Accessory, OracleHeads.AccessoryColour,
        ];
        string[] neededColours = [OracleHeads.BodyRgb, OracleHeads.PartRgb, OracleHeads.AccessoryRgb, OracleHeads.PatchRgb];
        var missing = needed.Except(config.Classes.Keys).Concat(neededColours.Except(config.Colours)).ToList();
        return missing.Count == 0
            ? config
            : throw new DiptychException($"{file.Path}: lacks the heads {string.Join(", ", missing)}; restore the oracle's own file");
    }

    private static bool Architecture(ConfigFile file) => file.Text("architecture", "pooled") switch
    {
        "segmenting" => true,
        "pooled" => false,
        var other => throw new DiptychException($"{file.Path}: \"architecture\" is '{other}', where segmenting and pooled are known; restore the oracle's own file"),
    };

    private static JsonElement.ObjectEnumerator Members(ConfigFile file, string key) =>
        file.Has(key) && file.Root.GetProperty(key) is { ValueKind: JsonValueKind.Object } members
            ? members.EnumerateObject()
            : throw new DiptychException($"{file.Path}: \"{key}\" should be an object of heads; restore the oracle's own file");
}
