using Diptych.Lab.Judges;
using Diptych.Lab.Subjects;
using Diptych.Lab.World;
using static TorchSharp.torch;

namespace Diptych.Lab.Verification;

/// <summary>What names do to pictures: a reserved one should do nothing, a known one should bring its individual.</summary>
public static class IdentifierEffects
{
    /// <summary>What was found.</summary>
    /// <param name="ReservedShift">Mean distance (1 - cosine of mini-DINO features) between pictures of a bare prompt and of one with a reserved name, from the same noise.</param>
    /// <param name="SeedShift">The same between two noises under the bare prompt.</param>
    /// <param name="Individuals">Share of pictures of a named individual that the oracle matches best with that one of the sixty-four.</param>
    /// <param name="IndividualFidelity">Mean share of the individual's attributes that the oracle reads back.</param>
    public sealed record Result(Measure ReservedShift, Measure SeedShift, Measure Individuals, Measure IndividualFidelity);

    /// <summary>Draws and measures: 8 classes x 12 reserved names, and every individual twice.</summary>
    public static Result Measure(CaptionDrawer draw, Oracle oracle, MiniDinoJudge dino, double guidance)
    {
        ArgumentNullException.ThrowIfNull(draw);
        ArgumentNullException.ThrowIfNull(oracle);
        ArgumentNullException.ThrowIfNull(dino);
        using var scope = NewDisposeScope();
        var (reserved, seeds) = Shifts(draw, dino, guidance);
        var people = Individuals.All;
        var (matches, fidelities) = (new List<bool>(), new List<double>());
        for (var noise = 0L; noise < 2; noise++)
        {
            var reading = oracle.Read(draw([.. people.Select(who => $"a photo of a {who.Name} {who.Class}")], 7000 + noise, guidance));
            for (var i = 0; i < people.Count; i++)
            {
                var scores = people.Select(who => Likeness(reading, i, who)).ToList();
                matches.Add(scores.IndexOf(scores.Max()) == i);
                fidelities.Add(SubjectFidelity.Score(reading, i, Truth(people[i])).Fidelity);
            }
        }

        return new Result(Verification.Measure.MeanOf(reserved), Verification.Measure.MeanOf(seeds), Verification.Measure.ShareOf(matches), Verification.Measure.MeanOf(fidelities));
    }

    private static (List<double> Reserved, List<double> Seeds) Shifts(CaptionDrawer draw, MiniDinoJudge dino, double guidance)
    {
        var (reserved, seeds) = (new List<double>(), new List<double>());
        foreach (var (index, noun) in LabWords.Classes.Index())
        {
            using var scope = NewDisposeScope();
            var count = WorldVocabulary.Reserved.Count;
            string[] bare = [.. Enumerable.Repeat($"a photo of a {noun}", count)];
            var first = dino.Features(draw(bare, 6000 + index, guidance));
            var second = dino.Features(draw(bare, 6500 + index, guidance));
            var named = dino.Features(draw([.. WorldVocabulary.Reserved.Select(name => $"a photo of a {name} {noun}")], 6000 + index, guidance));
            reserved.AddRange(Distances(first, named));
            seeds.AddRange(Distances(first, second));
        }

        return (reserved, seeds);
    }

    private static double[] Distances(Tensor a, Tensor b) => (1 - (a * b).sum(1)).to_type(ScalarType.Float64).data<double>().ToArray();

    // Right class first; then how near the paints are, which tells the eight of a class apart.
    private static double Likeness(OracleReading reading, int picture, Individual who) =>
        (reading.ClassOf(picture) == who.Class ? 1000 : 0) - reading.Colour(OracleHeads.BodyRgb, picture).DistanceTo(who.Body) - reading.Colour(OracleHeads.PartRgb, picture).DistanceTo(who.Part);

    private static SubjectTruth Truth(Individual who) => new()
    {
        Class = who.Class!, Body = who.Body, Part = who.Part, Patch = who.Patch, Pattern = who.Pattern, Accessory = who.Accessory, AccessoryColour = who.AccessoryPaint,
    };
}
