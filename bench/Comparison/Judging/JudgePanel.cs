using Diptych.Common.Data;
using Diptych.Comparison.Families;
using Diptych.Lab;
using Diptych.Lab.Judges;
using Diptych.Lab.Prompts;
using Diptych.Lab.Subjects;
using Diptych.Reports.Data;
using static TorchSharp.torch;

namespace Diptych.Comparison.Judging;

/// <summary>The judges of the laboratory: an oracle that reads attributes, a small CLIP, and a net that recognises individuals. None shares weights with the model that draws.</summary>
internal sealed class JudgePanel : IDisposable
{
    private readonly Oracle _oracle;
    private readonly MiniClipJudge _clip;
    private readonly MiniDinoJudge _dino;
    private readonly Likeness _clipImage;
    private readonly Likeness _dinoImage;

    private JudgePanel(Oracle oracle, MiniClipJudge clip, MiniDinoJudge dino)
    {
        (_oracle, _clip, _dino) = (oracle, clip, dino);
        (_clipImage, _dinoImage) = (new Likeness(clip.ImageFeatures, Tensors), new Likeness(dino.Features, Tensors));
    }

    public static JudgePanel Load(LabModel lab) => new(Oracle.Load(lab.Oracle), MiniClipJudge.Load(lab.MiniClip, lab.Tokenizer), MiniDinoJudge.Load(lab.MiniDino));

    /// <summary>What the oracle reads from pictures of a subject nothing else is known of.</summary>
    public SubjectTruth ReadTruth(IReadOnlyList<RgbImage> references)
    {
        using var scope = NewDisposeScope();
        return SubjectTruth.ReadFrom(Read(references));
    }

    /// <summary>Measures pictures of one family.</summary>
    /// <param name="pictures">The pictures.</param>
    /// <param name="truth">The subject.</param>
    /// <param name="references">Pictures of the subject to compare with.</param>
    /// <param name="neutralPrompts">For each picture its prompt with the subject called by its class noun: one text for every arm.</param>
    /// <param name="family">The family, for the attributes it asks to change.</param>
    public IReadOnlyList<Measurement> Measure(
        IReadOnlyList<RgbImage> pictures, SubjectTruth truth, IReadOnlyList<RgbImage> references, IReadOnlyList<string> neutralPrompts, PromptFamily family)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var generated = ImageTensor.FromImages(pictures);
        var reading = _oracle.Read(Resized(generated));
        var subject = SubjectFidelity.Score(reading, truth);
        // In another colour the subject is not to look like its own pictures: obeying would count as loss.
        var looksLikeItself = family.ChangedAttributes.Count == 0;
        var clipImage = looksLikeItself ? _clipImage.Mean(generated, references) : null;
        var dinoImage = looksLikeItself ? _dinoImage.Mean(generated, references) : null;
        var clipText = _clip.ClipT(generated, neutralPrompts);
        return [.. Enumerable.Range(0, pictures.Count).Select(i =>
        {
            var counted = subject[i].Attributes.Where(a => !family.ChangedAttributes.Contains(a.Key)).ToDictionary(a => a.Key, a => a.Value ? 1.0 : 0.0);
            var kept = counted.Values.Average();
            var obeyed = PromptFidelity.Score(reading, Demands(neutralPrompts[i], family))[i];
            return new Measurement(
                new Dictionary<string, double?>
                {
                    [MetricIds.SubjectFidelity] = kept,
                    [MetricIds.PromptFidelity] = obeyed,
                    [MetricIds.JointSuccess] = kept == 1 && obeyed is null or 1.0 ? 1 : 0,
                    [MetricIds.ClipImage] = clipImage?[i],
                    [MetricIds.DinoImage] = dinoImage?[i],
                    [MetricIds.ClipText] = clipText[i],
                },
                counted);
        })];
    }

    /// <summary>Subject fidelity of given pictures, and of each attribute: the judge's ceiling on this subject.</summary>
    public (double Fidelity, IReadOnlyDictionary<string, double> Attributes) Ceiling(IReadOnlyList<RgbImage> pictures, SubjectTruth truth)
    {
        using var scope = NewDisposeScope();
        var scores = SubjectFidelity.Score(Read(pictures), truth);
        return (scores.Average(s => s.Fidelity), scores[0].Attributes.Keys.ToDictionary(a => a, a => scores.Average(s => s.Attributes[a] ? 1.0 : 0.0)));
    }

    /// <summary>Mean DINO-I of pictures to the subject's own; pictures that show the own ones again are not held against what they show.</summary>
    /// <param name="pictures">The pictures.</param>
    /// <param name="own">The subject's own pictures; at least two.</param>
    /// <param name="sameOrder">Whether picture i shows what own picture i shows.</param>
    public double Recognition(IReadOnlyList<RgbImage> pictures, IReadOnlyList<RgbImage> own, bool sameOrder)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var cosines = _dino.Features(Tensors(pictures)).matmul(_dino.Features(Tensors(own)).t());
        var counted = sameOrder ? (cosines.sum() - cosines.diagonal().sum()) / (cosines.NumberOfElements - pictures.Count) : cosines.mean();
        return counted.item<float>();
    }

    public void Dispose()
    {
        _clipImage.Dispose();
        _dinoImage.Dispose();
        _oracle.Dispose();
        _clip.Dispose();
        _dino.Dispose();
    }

    // Where the prompt does not say what the subject is, drawing something else is no disobedience.
    private static PromptTruth Demands(string prompt, PromptFamily family)
    {
        var demands = PromptTruth.Parse(prompt);
        return family.NamesClass ? demands : new PromptTruth(demands.Demands.Where(demand => demand.Key != OracleHeads.Class).ToDictionary());
    }

    private OracleReading Read(IReadOnlyList<RgbImage> pictures) => _oracle.Read(Tensors(pictures));

    private Tensor Tensors(IReadOnlyList<RgbImage> pictures) => cat([.. pictures.Select(p => Resized(ImageTensor.FromImage(p)))]);

    private Tensor Resized(Tensor pictures) => PictureSize.Resize(pictures, _oracle.Config.ImageSize);
}
