using System.ComponentModel.DataAnnotations;
using Diptych.Common;
using Diptych.Common.Text;
using Diptych.Lab.Judges;
using Diptych.Lab.Subjects;
using Diptych.Lab.World;
using static TorchSharp.torch;

namespace Diptych.Lab.Verification;

/// <summary>
/// Measures the embedded model against captions with a known truth, and beside it the instruments themselves: the judge's ceiling on
/// autoencoder round trips, the autoencoder, and the fidelity of the subjects' own pictures.
/// </summary>
public sealed class LabVerification
{
    private const int FurtherNoises = 3;

    private static readonly string[] SetNames = ["unseen", "seen"];
    private readonly LabModel _lab;
    private readonly Oracle _oracle;
    private readonly CaptionDrawer _draw;
    private readonly Func<Tensor, Tensor> _roundTrip;

    /// <summary>Prepares a verification.</summary>
    /// <param name="lab">Captions, subjects, renders.</param>
    /// <param name="oracle">The judge.</param>
    /// <param name="draw">Draws captions, with 25 DDIM steps for the published figures.</param>
    /// <param name="encode">Pictures <c>[n, 3, h, w]</c> in [-1, 1] to the mean of their latents, unscaled.</param>
    /// <param name="decode">Unscaled latents to pictures.</param>
    public LabVerification(LabModel lab, Oracle oracle, CaptionDrawer draw, Func<Tensor, Tensor> encode, Func<Tensor, Tensor> decode)
    {
        _lab = lab;
        _oracle = oracle;
        _draw = draw;
        _roundTrip = pictures => decode(encode(pictures));
    }

    /// <summary>The judge that recognises individuals; without one, what is measured with it is left out.</summary>
    public MiniDinoJudge? MiniDino { get; init; }

    /// <summary>The model's tokenizer and text encoder; without them the identifiers' place in the text is not measured.</summary>
    public (ClipTokenizer Tokenizer, ClipTextEncoder Encoder)? Text { get; init; }

    /// <summary>Draws, measures and returns the figures.</summary>
    /// <param name="options">Guidance, captions per set, batch size, seed.</param>
    /// <param name="progress">Told what is going on, pictures done and pictures in all.</param>
    /// <exception cref="DiptychException">An option is out of range, or a file of the laboratory is missing.</exception>
    public LabVerificationResult Run(LabVerificationOptions options, Action<string, int, int>? progress = null)
    {
        Validate(options);
        using var noGradient = no_grad();
        // Every file is read before the first picture is drawn: drawing takes minutes, and a missing file would waste them.
        var captions = SetNames.ToDictionary(set => set, set => CaptionWithTruth.ReadSet(_lab.Captions(set)).Take(options.CaptionsPerSet).ToList());
        var subjects = LabSubject.LoadAll(_lab.Subjects);
        using var known = KnownPictures.Load(_lab, subjects);

        var edges = new Dictionary<string, Measure>();
        var judge = JudgesCeiling(known, options.BatchSize, edges, progress);
        progress?.Invoke("reading appearances nobody has seen", 0, 1);
        var ceilings = JudgeCeilings.Of(_oracle, pictures => InBatches((int)pictures.shape[0], options.BatchSize, "passing renders through the autoencoder", progress, (start, count) => _roundTrip(pictures.narrow(0, start, count))));
        var sets = new Dictionary<string, IReadOnlyDictionary<string, Measure>>();
        var pictures = new Dictionary<string, Measure>();
        foreach (var (set, truth) in captions)
        {
            using var drawn = InBatches(truth.Count, options.BatchSize, $"drawing the {set} captions", progress, (start, count) =>
                _draw([.. truth.Skip(start).Take(count).Select(caption => caption.Caption)], options.Seed + start, options.Guidance));
            var accuracy = AttributeAccuracy.Of(_oracle.Read(drawn), [.. truth.Select(caption => caption.Attributes)], whereSaid: true).ToDictionary();
            accuracy["pattern"] = Measure.Together([accuracy["pattern"], .. PatternsAgain(set, truth, options.Guidance, progress)]);
            sets[set] = accuracy.Concat(judge).ToDictionary();
            edges[set] = Measure.MeanOf(PictureQuality.EdgeEnergy(drawn).ToList());
            Compare(set, drawn, truth, captions.Values.Last(other => other != truth), options.BatchSize, pictures, progress);
        }

        return new LabVerificationResult(sets, subjects.Where(subject => subject.Truth is not null && subject.HeldOut.Count > 0).ToDictionary(subject => subject.Name, Ceiling), edges)
        {
            JudgeOnRenders = ceilings.Renders, JudgeOnRoundTrips = ceilings.RoundTrips, LookAlikes = ceilings.LookAlikes, Pictures = pictures, Identifiers = Identifiers(options, progress),
        };
    }

    // Drawn pictures and round trips of the same captions' renders, each against renders of the other captions.
    private void Compare(
        string set, Tensor drawn, List<CaptionWithTruth> captions, List<CaptionWithTruth> others, int batchSize, Dictionary<string, Measure> pictures, Action<string, int, int>? progress)
    {
        if (captions.Count < 2 || others.Count < 2)
        {
            return;
        }

        using var scope = NewDisposeScope();
        var renders = Renders.Of(captions.Select(caption => caption.Attributes));
        var trips = InBatches(captions.Count, batchSize, "passing renders through the autoencoder", progress, (start, count) => _roundTrip(renders.narrow(0, start, count)));
        pictures[$"edge_energy_{set}_to_round_trips"] = new Measure(PictureQuality.EdgeEnergy(drawn).Average() / PictureQuality.EdgeEnergy(trips).Average(), captions.Count);
        if (MiniDino is not null)
        {
            var compared = PictureStatistics.Compare(MiniDino, drawn, trips, Renders.Of(others.Select(caption => caption.Attributes)));
            pictures[$"kid_{set}"] = new Measure(compared.DrawnKid, captions.Count);
            pictures[$"kid_{set}_round_trips"] = new Measure(compared.RoundTripKid, captions.Count);
        }
    }

    private Dictionary<string, Measure> Identifiers(LabVerificationOptions options, Action<string, int, int>? progress)
    {
        var measures = new Dictionary<string, Measure>();
        if (Text is { } text)
        {
            var probe = IdentifierProbe.Measure(text.Tokenizer, text.Encoder);
            measures["linear_probe"] = new Measure(probe.ProbeAccuracy, probe.Rows);
            measures["class_row_cosine"] = new Measure(probe.ClassRowCosine, probe.Rows);
        }

        if (MiniDino is not null)
        {
            progress?.Invoke("drawing names", 0, 1);
            var effects = IdentifierEffects.Measure(_draw, _oracle, MiniDino, options.Guidance);
            progress?.Invoke("drawing names", 1, 1);
            measures["reserved_name_shift"] = effects.ReservedShift;
            measures["other_noise_shift"] = effects.SeedShift;
            measures["individuals_recognised"] = effects.Individuals;
            measures["individuals_fidelity"] = effects.IndividualFidelity;
        }

        return measures;
    }

    // One caption in five says a pattern, and the model obeys about one in ten of those: four pictures of two hundred, give or take two.
    // So these captions are drawn from further noises, and the share is taken over all of them.
    private IEnumerable<Measure> PatternsAgain(string set, IReadOnlyList<CaptionWithTruth> captions, double guidance, Action<string, int, int>? progress)
    {
        var said = captions.Where(caption => caption.Attributes.Pattern != LabWords.None).ToList();
        if (said.Count == 0)
        {
            yield break;
        }

        for (var again = 1; again <= FurtherNoises; again++)
        {
            progress?.Invoke($"drawing the {set} patterns again", again - 1, FurtherNoises);
            using var drawn = _draw([.. said.Select(caption => caption.Caption)], again * 1000, guidance);
            yield return AttributeAccuracy.Of(_oracle.Read(drawn), [.. said.Select(caption => caption.Attributes)], whereSaid: true)["pattern"];
        }

        progress?.Invoke($"drawing the {set} patterns again", FurtherNoises, FurtherNoises);
    }

    private Dictionary<string, Measure> JudgesCeiling(KnownPictures known, int batchSize, Dictionary<string, Measure> edges, Action<string, int, int>? progress)
    {
        using var trips = InBatches(known.Attributes.Count, batchSize, "passing known pictures through the autoencoder", progress, (start, count) =>
            _roundTrip(known.Pictures.narrow(0, start, count)));
        edges["known pictures"] = Measure.MeanOf(PictureQuality.EdgeEnergy(known.Pictures).ToList());
        edges["their round trips"] = Measure.MeanOf(PictureQuality.EdgeEnergy(trips).ToList());
        var ceilings = AttributeAccuracy.Of(_oracle.Read(trips), known.Attributes, whereSaid: false);
        var measures = ceilings.ToDictionary(measure => LabVerificationResult.OraclePrefix + measure.Key, measure => measure.Value);
        measures[LabVerificationResult.VaePsnr] = Measure.MeanOf(PictureQuality.PsnrDb(known.Pictures, trips).ToList());
        return measures;
    }

    private Measure Ceiling(LabSubject subject)
    {
        using var pictures = LabPicture.Load(subject.HeldOut, _oracle.Config.ImageSize);
        return Measure.MeanOf([.. SubjectFidelity.Score(_oracle.Read(pictures), subject.Truth!).Select(score => score.Fidelity)]);
    }

    // Collects what each batch yields on the CPU, clamped to the range of pictures.
    private static Tensor InBatches(int total, int batchSize, string what, Action<string, int, int>? progress, Func<int, int, Tensor> make)
    {
        using var scope = NewDisposeScope();
        var parts = new List<Tensor>();
        for (var start = 0; start < total; start += batchSize)
        {
            progress?.Invoke(what, start, total);
            using var batchScope = NewDisposeScope();
            using var made = make(start, Math.Min(batchSize, total - start));
            parts.Add(made.to(ScalarType.Float32, CPU).clamp(-1, 1).MoveToOuterDisposeScope());
        }

        progress?.Invoke(what, total, total);
        return cat(parts).MoveToOuterDisposeScope();
    }

    private static void Validate(LabVerificationOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var problems = new List<ValidationResult>();
        if (!Validator.TryValidateObject(options, new ValidationContext(options), problems, validateAllProperties: true))
        {
            throw new DiptychException($"lab verify: {problems[0].ErrorMessage?.TrimEnd('.')}; correct that option");
        }
    }
}
