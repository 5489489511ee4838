using System.Text.Json;
using Diptych.Common.Weights;
using Diptych.Lab.Judges;
using TorchSharp;
using static TorchSharp.torch;

namespace Diptych.Tests.Lab.Judges;

public class MiniClipJudgeTests
{
    [Fact]
    public void Features_of_the_committed_pictures_and_captions_equal_the_record() =>
        AgreesWith(LabFiles.Model.MiniClip, LabFiles.Model.Tokenizer, LabFiles.Renders(), LabFiles.Model.RenderAttributes, Fixtures.Golden("lab", "judges.safetensors"));

    [Fact]
    public void Features_of_the_shared_pictures_and_captions_equal_the_reference()
    {
        var goldens = Fixtures.Require("lab", "goldens", "judges.safetensors");
        AgreesWith(
            Fixtures.Require("lab", "judges", "mini-clip"), Fixtures.Require("lab", "model", "tokenizer"), LabFiles.Pictures(goldens), Fixtures.Require("lab", "goldens", "judges.json"), goldens);
    }

    [Fact]
    public void Clip_i_is_the_mean_cosine_with_every_reference()
    {
        using var scope = NewDisposeScope();
        using var judge = MiniClipJudge.Load(LabFiles.Model.MiniClip, LabFiles.Model.Tokenizer);
        var pictures = LabFiles.Renders();
        var features = judge.ImageFeatures(pictures);
        var cosines = matmul(features.narrow(0, 0, 2), features.narrow(0, 2, 3).t());

        var scores = judge.ClipI(pictures.narrow(0, 0, 2), pictures.narrow(0, 2, 3));

        Assert.Equal([cosines[0].mean().item<float>(), cosines[1].mean().item<float>()], scores, (a, b) => Math.Abs(a - b) < 1e-5);
        Assert.Equal(1, Assert.Single(judge.ClipI(pictures.narrow(0, 0, 1), pictures.narrow(0, 0, 1))), 5);
    }

    [Fact]
    public void Clip_t_prefers_a_pictures_own_caption()
    {
        using var scope = NewDisposeScope();
        using var judge = MiniClipJudge.Load(LabFiles.Model.MiniClip, LabFiles.Model.Tokenizer);
        var pictures = LabFiles.Renders();
        var captions = Captions(LabFiles.Model.RenderAttributes);

        var own = judge.ClipT(pictures, captions);
        var others = judge.ClipT(pictures, [.. captions.Skip(1), captions[0]]);

        Assert.All(own.Zip(others), pair => Assert.True(pair.First > pair.Second));
    }

    [Fact]
    public void Clip_t_needs_a_text_for_every_picture()
    {
        using var scope = NewDisposeScope();
        using var judge = MiniClipJudge.Load(LabFiles.Model.MiniClip, LabFiles.Model.Tokenizer);

        Assert.Throws<ArgumentException>(() => judge.ClipT(zeros(2, 3, 64, 64), ["a dog"]));
    }

    [Fact]
    public void Judging_leaves_no_tensor_behind()
    {
        using var judge = MiniClipJudge.Load(LabFiles.Model.MiniClip, LabFiles.Model.Tokenizer);
        using var pictures = LabFiles.Renders();
        judge.ClipI(pictures, pictures);
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;

        judge.ClipI(pictures, pictures);
        judge.ClipT(pictures, Captions(LabFiles.Model.RenderAttributes));

        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    private static void AgreesWith(string judgeFolder, string tokenizer, Tensor pictures, string captionFile, string goldenFile)
    {
        using var scope = NewDisposeScope();
        using var judge = MiniClipJudge.Load(judgeFolder, tokenizer);
        using var goldens = SafetensorsFile.Open(goldenFile);

        Close.OfLargest(UnitLength(goldens.Read("clip.image_embeds")), judge.ImageFeatures(pictures), 1e-4, "image features");
        Close.OfLargest(UnitLength(goldens.Read("clip.text_embeds")), judge.TextFeatures(Captions(captionFile)), 1e-4, "text features");
    }

    private static Tensor UnitLength(Tensor features) => features / features.square().sum(1, keepdim: true).sqrt();

    private static IReadOnlyList<string> Captions(string path)
    {
        using var document = JsonDocument.Parse(File.ReadAllText(path));
        return [.. document.RootElement.GetProperty("captions").EnumerateArray().Select(caption => caption.GetString()!)];
    }
}
