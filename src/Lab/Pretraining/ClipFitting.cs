using Diptych.Common.Clip;
using Diptych.Common.Layers;
using Diptych.Lab.Judges;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Diptych.Lab.Pretraining;

/// <summary>Trains a small CLIP on pictures and captions, and gives the tokens that no caption held a place among the others.</summary>
internal static class ClipFitting
{
    /// <summary>Trains <paramref name="clip"/>; returns what it was trained inside of, for the caller to dispose of.</summary>
    public static ClipTraining Fit(
        string name, ClipModel clip, TextMargins? margin, CoinedLesson? coined, StagePlan plan, StageContext context, WorldPictures pictures, CaptionData captions, AttributeTargets targets)
    {
        using var scope = NewDisposeScope();
        // transformers' start for token rows; unit-variance rows would drown everything else for the length of such a run.
        nn.init.normal_(clip.get_parameter("text_model.embeddings.token_embedding.weight")!, 0, .02);
        var used = captions.Used(clip.Text.VocabularySize);
        var training = new ClipTraining(clip, margin, coined, used);
        training.MoveTo(context.Device);
        var small = Shrunk(pictures, clip.Vision.ImageSize);
        new StageRunner(name, plan, context).Run(training, _ =>
        {
            var rows = context.Rows(pictures.Count, plan.BatchSize);
            return training.Loss(WorldPictures.ToUnit(small.index_select(0, rows)), captions.Draw(rows), targets, rows);
        });
        GiveUnusedTokensAPlace(clip, used);
        clip.eval();
        return training;
    }

    // Once, as bytes: shrinking a batch anew at every step would cost as much as the towers.
    private static Tensor Shrunk(WorldPictures pictures, int size)
    {
        const int Block = 512;
        var parts = new List<Tensor>();
        for (var start = 0; start < pictures.Count; start += Block)
        {
            using var scope = NewDisposeScope();
            parts.Add(WorldPictures.ToBytes(PictureSize.Resize(pictures.Slice(start, Math.Min(Block, pictures.Count - start)), size)).MoveToOuterDisposeScope());
        }

        return cat(parts);
    }

    // Rows of tokens that never occurred still lie where they were drawn, near zero: a word spelled with them would be silence.
    private static void GiveUnusedTokensAPlace(ClipModel clip, Tensor used)
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        Parameter table = clip.get_parameter("text_model.embeddings.token_embedding.weight")!;
        var learned = table.index_select(0, used.nonzero().reshape(-1));
        var unused = used.logical_not().nonzero().reshape(-1);
        var drawn = learned.mean([0], keepdim: true) + (.5 * learned.std(0, unbiased: true, keepdim: true) * randn_like(table.index_select(0, unused)));
        table.index_copy_(0, unused, drawn);
    }
}
