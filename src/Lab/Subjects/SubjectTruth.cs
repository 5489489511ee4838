using System.Text.Json.Serialization;
using Diptych.Common;
using Diptych.Lab.Judges;
using Diptych.Lab.World;
using static TorchSharp.torch;

namespace Diptych.Lab.Subjects;

/// <summary>What a subject looks like: the truth of its <c>subject.json</c>, or what the oracle reads in its pictures where there is none.</summary>
public sealed record SubjectTruth
{
    /// <summary>What it is: dog, cat, ...</summary>
    [JsonPropertyName("cls")]
    public required string Class { get; init; }

    /// <summary>Colour of the body.</summary>
    [JsonPropertyName("body")]
    public required Rgb Body { get; init; }

    /// <summary>Second colour: ears, roof, lid, ...</summary>
    [JsonPropertyName("part")]
    public required Rgb Part { get; init; }

    /// <summary>Colour of the patch (saddle, belly, belt); null without one.</summary>
    [JsonPropertyName("patch")]
    public Rgb? Patch { get; init; }

    /// <summary>none, spotted or striped.</summary>
    [JsonPropertyName("pattern")]
    public string Pattern { get; init; } = LabWords.None;

    /// <summary>none, hat or scarf.</summary>
    [JsonPropertyName("accessory")]
    public string Accessory { get; init; } = LabWords.None;

    /// <summary>Colour of the accessory; null without one.</summary>
    [JsonPropertyName("acc_rgb")]
    public Rgb? AccessoryColour { get; init; }

    /// <summary>sayable, off-palette or unsayable; null where nobody said.</summary>
    [JsonPropertyName("tier")]
    public string? Tier { get; init; }

    /// <summary>Reads a <c>subject.json</c>.</summary>
    /// <exception cref="DiptychException">The file is missing or incomplete.</exception>
    public static SubjectTruth Read(string path)
    {
        var truth = LabJson.Read<SubjectTruth>(path);
        return truth.Accessory == LabWords.None || truth.AccessoryColour is not null
            ? truth
            : throw new DiptychException($"{path}: has an accessory ({truth.Accessory}) but no \"acc_rgb\"; add its colour as three numbers from 0 to 255");
    }

    /// <summary>What a picture's own attributes say of its subject.</summary>
    /// <exception cref="ArgumentException">The attributes lack the paint of body or part.</exception>
    public static SubjectTruth Of(PictureAttributes picture)
    {
        ArgumentNullException.ThrowIfNull(picture);
        return picture is { Body: { } body, Part: { } part }
            ? new SubjectTruth
            {
                Class = picture.Class, Body = body, Part = part, Patch = picture.Patch, Pattern = picture.Pattern, Accessory = picture.Accessory,
                AccessoryColour = picture.Accessory == LabWords.None ? null : picture.AccessoryPaint,
            }
            : throw new ArgumentException("The picture's attributes do not say its paints.", nameof(picture));
    }

    /// <summary>What the oracle reads in a subject's pictures <c>[n, 3, h, w]</c> in [-1, 1].</summary>
    public static SubjectTruth ReadFrom(Oracle oracle, Tensor pictures)
    {
        ArgumentNullException.ThrowIfNull(oracle);
        return ReadFrom(oracle.Read(pictures));
    }

    /// <summary>
    /// What a reading of several pictures agrees on: the most frequent class, pattern and accessory (the first read among equals), whether
    /// more than half of the pictures show a patch, and each colour's median per channel, taken where the thing was seen.
    /// </summary>
    public static SubjectTruth ReadFrom(OracleReading reading)
    {
        ArgumentNullException.ThrowIfNull(reading);
        if (reading.Count == 0)
        {
            throw new ArgumentException("A subject is read from at least one picture.", nameof(reading));
        }

        var pictures = Enumerable.Range(0, reading.Count).ToList();
        string Majority(string head) => pictures.Select(picture => reading.Value(head, picture)).GroupBy(value => value).MaxBy(group => group.Count())!.Key;
        Rgb Median(string head, IEnumerable<int> among) => MedianOf([.. among.Select(picture => reading.Colour(head, picture))]);
        var accessory = Majority(OracleHeads.Accessory);
        var patched = pictures.Where(reading.HasPatch).ToList();
        return new SubjectTruth
        {
            Class = Majority(OracleHeads.Class),
            Body = Median(OracleHeads.BodyRgb, pictures),
            Part = Median(OracleHeads.PartRgb, pictures),
            Patch = 2 * patched.Count > reading.Count ? Median(OracleHeads.PatchRgb, patched) : null,
            Pattern = Majority(OracleHeads.Pattern),
            Accessory = accessory,
            AccessoryColour = accessory == LabWords.None ? null : Median(OracleHeads.AccessoryRgb, pictures.Where(picture => reading.Value(OracleHeads.Accessory, picture) == accessory)),
        };
    }

    private static Rgb MedianOf(IReadOnlyList<Rgb> colours)
    {
        double Channel(Func<Rgb, double> channel)
        {
            var sorted = colours.Select(channel).Order().ToList();
            return Math.Clamp((sorted[(sorted.Count - 1) / 2] + sorted[sorted.Count / 2]) / 2, 0, 255);
        }

        return new Rgb(Channel(colour => colour.Red), Channel(colour => colour.Green), Channel(colour => colour.Blue));
    }
}
