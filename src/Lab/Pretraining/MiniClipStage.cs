using Diptych.Common.Clip;
using Diptych.Common.Text;
using Diptych.Lab.Judges;
using Diptych.Lab.World;
using static TorchSharp.torch;

namespace Diptych.Lab.Pretraining;

/// <summary>The judge that compares pictures with words: a CLIP of its own, from other pictures, captions and seeds than the generator's text encoder.</summary>
internal static class MiniClipStage
{
    public const string Name = "mini-clip";

    public static IReadOnlyList<Gate> Run(StageContext context, WorldPictures pictures, CaptionData captions, AttributeTargets targets, WorldPictures heldOut, LabModel release)
    {
        var tokenizer = ClipTokenizer.Load(release.Tokenizer);
        var (text, vision) = (context.Options.Shapes.JudgeText(tokenizer.VocabularySize), context.Options.Shapes.JudgeVision);
        random.manual_seed(context.StepSeed(Name, -1));
        using var clip = new ClipModel(text, vision, text.ProjectionDim);
        using var training = ClipFitting.Fit(Name, clip, margin: null, coined: null, context.Options.MiniClip, context, pictures, captions, targets);
        ReleaseFiles.Write(release.MiniClip, clip, LabConfigs.Clip(text, vision), "model.safetensors");

        using var judge = MiniClipJudge.Load(release.MiniClip, release.Tokenizer, context.Device);
        return [new("share of held-out pictures whose own full caption is the nearest of 100", Retrieval(judge, heldOut, context.Options.Seed), .6)];
    }

    private static double Retrieval(MiniClipJudge judge, WorldPictures heldOut, long seed)
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        // Only pictures whose every attribute can be said have a caption that is theirs alone.
        var sayable = heldOut.Attributes.Index().Where(p => p.Item.Kind == "plain").Take(100).ToList();
        var captions = sayable.Select(p => CaptionWriter.Full(p.Item, new Common.Runtime.RandomStream(seed, Common.Runtime.RandomPurpose.Captions, -1, p.Index))).ToList();
        var rows = tensor(sayable.Select(p => (long)p.Index).ToArray()).to(heldOut.Pixels.device);
        var cosines = judge.ImageFeatures(heldOut.At(rows)).matmul(judge.TextFeatures(captions).t());
        return cosines.argmax(1).eq(arange(sayable.Count, device: cosines.device)).to_type(ScalarType.Float32).mean().item<float>();
    }
}
