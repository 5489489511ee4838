using Diptych.Lab.Judges;
using Diptych.Lab.World;

namespace Diptych.Tests.Lab;

/// <summary>Readings made by hand: what an oracle of this small world would say.</summary>
internal static class Readings
{
    private static readonly Dictionary<string, IReadOnlyList<string>> Classes = new()
    {
        [OracleHeads.Class] = LabWords.Classes,
        [OracleHeads.Colour] = Palette.Names,
        [OracleHeads.Scene] = [.. LabWords.ScenePhrases.Keys],
        [OracleHeads.Style] = ["photo", "sketch", "poster"],
        [OracleHeads.Layout] = ["centre", "left", "right", "close", "small"],
        [OracleHeads.Light] = ["normal", "dark", "bright"],
        [OracleHeads.Pattern] = ["none", "spotted", "striped"],
        [OracleHeads.Accessory] = ["none", "hat", "scarf"],
        [OracleHeads.AccessoryColour] = Palette.Names,
    };

    private static readonly string[] Colours = [OracleHeads.BodyRgb, OracleHeads.PartRgb, OracleHeads.AccessoryRgb, OracleHeads.PatchRgb];

    public static OracleReading Of(params Seen[] pictures)
    {
        var outputs = new Dictionary<string, float[][]>();
        foreach (var (head, values) in Classes)
        {
            outputs[head] = [.. pictures.Select(picture => OneHot(values, picture.Values.GetValueOrDefault(head, values[0])))];
        }

        foreach (var head in Colours)
        {
            outputs[head] = [.. pictures.Select(picture => Scaled(picture.Colours.GetValueOrDefault(head)))];
        }

        outputs[OracleHeads.HasPatch] = [.. pictures.Select(picture => picture.Colours.ContainsKey(OracleHeads.PatchRgb) ? new float[] { -1, 1 } : [1, -1])];
        return new OracleReading(new OracleConfig(Classes, Colours, [3, 8], 8, 128), outputs);
    }

    private static float[] OneHot(IReadOnlyList<string> values, string value)
    {
        Assert.Contains(value, values);
        return [.. values.Select(candidate => candidate == value ? 3f : -2f)];
    }

    private static float[] Scaled(Rgb colour) => [(float)(colour.Red / 255), (float)(colour.Green / 255), (float)(colour.Blue / 255)];

    /// <summary>One picture: values by head (the first value where left out) and colours by head (a patch colour means a patch).</summary>
    public sealed record Seen(Dictionary<string, string> Values, Dictionary<string, Rgb> Colours)
    {
        public Seen(params (string Head, string Value)[] values)
            : this(values.ToDictionary(value => value.Head, value => value.Value), [])
        {
        }

        public Seen With(string head, Rgb colour) => this with { Colours = new(Colours) { [head] = colour } };
    }
}
