using Diptych.Common.Clip;
using Diptych.Common.Text;
using Diptych.Lab.Verification;
using Diptych.Lab.World;
using static TorchSharp.torch;

namespace Diptych.Lab.Pretraining;

/// <summary>The generator's text encoder: one half of a small CLIP, trained first and frozen afterwards, as in Stable Diffusion.</summary>
internal static class TextStage
{
    public const string Name = "text-encoder";

    // At .998 the denoiser drew houses as cars; at .5 it tells all classes apart.
    private const double LargestWordCosine = .85;

    // Textual Inversion found no subject's word with an encoder whose rows had not learned any of it, and finds one with .99.
    private const double LeastCoinedShare = .5;

    public static IReadOnlyList<Gate> Run(StageContext context, WorldPictures pictures, CaptionData captions, CoinedCaptions coinedCaptions, AttributeTargets targets, LabModel release)
    {
        var shapes = context.Options.Shapes;
        var tokenizer = ClipTokenizer.Load(release.Tokenizer);
        var text = shapes.Text(tokenizer.VocabularySize);
        random.manual_seed(context.StepSeed(Name, -1));
        using var clip = new ClipModel(text, shapes.Vision, text.ProjectionDim);
        using var margin = new TextMargins(tokenizer, context.Device);
        var coined = new CoinedLesson(coinedCaptions, text.HiddenSize);
        using var training = ClipFitting.Fit(Name, clip, margin, coined, context.Options.Text, context, pictures, captions, targets);
        coined.Words.Write(context.File(CoinedWords.FileName));
        ReleaseFiles.Write(
            Path.Combine(release.Model, "text_encoder"), clip, LabConfigs.TextEncoder(text), "model.safetensors",
            name => name.StartsWith("text_model.", StringComparison.Ordinal) ? name : null);

        using var encoder = ClipTextModel.Load(Path.Combine(release.Model, "text_encoder"));
        var probe = IdentifierProbe.Measure(tokenizer, encoder);
        return
        [
            new("share of what coined words say that the rows behind them know", CoinedRead(context, training, pictures.Count, captions), LeastCoinedShare),
            new("a linear probe names the identifier from the class row", probe.ProbeAccuracy, .95),
            new("class row's cosine with and without an identifier, mean", probe.ClassRowCosine, .9, AtMost: true),
            new("cosine of the rows of two nouns, mean", WordProbe.MeanCosine(tokenizer, encoder, LabWords.Classes, noun => $"a photo of a red {noun} on the beach"), LargestWordCosine, AtMost: true),
            new("cosine of the rows of two colours, mean", WordProbe.MeanCosine(tokenizer, encoder, Palette.Names, colour => $"a photo of a {colour} dog on the beach"), LargestWordCosine, AtMost: true),
        ];
    }

    private static double CoinedRead(StageContext context, ClipTraining training, int pictures, CaptionData captions)
    {
        using var scope = NewDisposeScope();
        random.manual_seed(context.StepSeed(Name, -2));
        var rows = context.Rows(pictures, 1024);
        return training.CoinedRead(captions.Draw(rows), rows);
    }
}
