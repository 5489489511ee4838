using Diptych.Common.Runtime;
using Diptych.Lab.Judges;
using Diptych.Lab.Subjects;
using Diptych.Lab.World;
using static TorchSharp.torch;

namespace Diptych.Lab.Verification;

/// <summary>
/// What the oracle reads where the truth is known, on appearances that nobody has trained on: its accuracy on renders and on their autoencoder round trips,
/// and how often it takes a look-alike for the subject. These are the noise floor of every claim made with it.
/// </summary>
public static class JudgeCeilings
{
    // Streams no training picture comes from.
    private const long Stream = 60;

    /// <summary>What was found.</summary>
    /// <param name="Renders">Per attribute the share read right on renders; per colour, with the suffix <c>_rgb</c>, the median error.</param>
    /// <param name="RoundTrips">The same on round trips.</param>
    /// <param name="LookAlikes">Share of pairs in which the picture of the individual scores higher than that of a look-alike: one attribute changed, nothing else.</param>
    public sealed record Result(IReadOnlyDictionary<string, Measure> Renders, IReadOnlyDictionary<string, Measure> RoundTrips, Measure LookAlikes);

    /// <summary>Measures the oracle.</summary>
    /// <param name="oracle">The judge.</param>
    /// <param name="roundTrip">Pictures [n, 3, h, w] in [-1, 1] through the autoencoder and back.</param>
    /// <param name="count">Appearances. Default 500.</param>
    public static Result Of(Oracle oracle, Func<Tensor, Tensor> roundTrip, int count = 500)
    {
        ArgumentNullException.ThrowIfNull(oracle);
        ArgumentNullException.ThrowIfNull(roundTrip);
        using var scope = NewDisposeScope();
        var truth = Enumerable.Range(0, count).Select(i => WorldSampler.ForJudges(new RandomStream(0, RandomPurpose.World, Stream, i))).ToList();
        var renders = Renders.Of(truth);
        var trips = roundTrip(renders);
        var others = truth.Select((picture, i) => LookAlike.Of(picture, new RandomStream(0, RandomPurpose.World, Stream + 1, i))).ToList();
        var (own, strange) = (oracle.Read(renders), oracle.Read(Renders.Of(others)));
        var wins = truth.Index().Select(p =>
        {
            double Score(OracleReading reading) => SubjectFidelity.Score(reading, p.Index, SubjectTruth.Of(p.Item)).Fidelity;
            return Score(own) > Score(strange);
        }).ToList();
        return new Result(Figures(own, truth), Figures(oracle.Read(trips), truth), Measure.ShareOf(wins));
    }

    private static Dictionary<string, Measure> Figures(OracleReading reading, List<PictureAttributes> truth)
    {
        var figures = AttributeAccuracy.Of(reading, truth, whereSaid: false).ToDictionary();
        foreach (var (colour, error) in ColourError.Median(reading, truth))
        {
            figures[colour + "_rgb"] = new Measure(error, truth.Count);
        }

        return figures;
    }
}
