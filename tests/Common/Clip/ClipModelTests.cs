using Diptych.Common;
using Diptych.Common.Clip;
using Diptych.Common.Text;
using Diptych.Common.Weights;
using Diptych.Tests.Lab;
using TorchSharp;
using static TorchSharp.torch;

namespace Diptych.Tests.Common.Clip;

public class ClipModelTests
{
    private static readonly string Lab = Path.Combine(Fixtures.Repository, "models", "lab");
    private static readonly string MiniClip = Path.Combine(Lab, "judges", "mini-clip");

    [Fact]
    public void The_embedded_judge_gives_the_features_on_record()
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using var model = ClipModel.Load(MiniClip);
        using var expected = SafetensorsFile.Open(Fixtures.Golden("lab", "judges.safetensors"));
        var text = model.TextFeatures(expected.Read("clip.input_ids"));
        Close.OfLargest(expected.Read("clip.text_embeds"), text, 1e-4, "texts");
        var pictures = model.ImageFeatures(nn.functional.avg_pool2d(LabFiles.Renders(), 2));
        Close.OfLargest(expected.Read("clip.image_embeds"), pictures, 1e-4, "pictures");
    }

    [Fact]
    public void The_embedded_judge_gives_the_reference_features_of_the_reference_pixels()
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using var expected = SafetensorsFile.Open(Fixtures.Require("lab", "goldens", "judges.safetensors"));
        using var model = ClipModel.Load(Fixtures.Require("lab", "judges", "mini-clip"));
        Close.OfLargest(expected.Read("clip.text_embeds"), model.TextFeatures(expected.Read("clip.input_ids")), 1e-4, "texts");
        Close.OfLargest(expected.Read("clip.image_embeds"), model.ImageFeatures(expected.Read("clip.pixel_values")), 1e-4, "pictures");
    }

    [Fact]
    public void A_model_of_transformers_gives_the_reference_features()
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using var expected = SafetensorsFile.Open(Fixtures.Require("fixtures", "metrics", "clip.safetensors"));
        using var model = ClipModel.Load(Fixtures.Require("fixtures", "models", "tiny-clip"));
        Close.OfLargest(expected.Read("text_features"), model.TextFeatures(expected.Read("input_ids")), 1e-4, "texts");
        Close.OfLargest(expected.Read("image_features"), model.ImageFeatures(expected.Read("pixel_values").to(ScalarType.Float32)), 1e-4, "pictures");
    }

    [Fact]
    public void The_text_tower_alone_loads_as_a_text_encoder()
    {
        using var scope = NewDisposeScope();
        using var whole = ClipModel.Load(MiniClip);
        using var encoder = ClipTextModel.Load(MiniClip);
        var ids = TokenizerCases().EncodeBatch(["a red dog on the beach", ""]);
        var projection = whole.get_parameter("text_projection.weight")!;
        var pooled = encoder.Encode(encoder.TokenEmbeddings(ids), ids).Pooled;
        Close.OfLargest(whole.TextFeatures(ids), pooled.matmul(projection.t()), 1e-5);
    }

    [Fact]
    public void The_state_dictionary_has_transformers_names()
    {
        using var model = ClipModel.Load(MiniClip);
        using var file = SafetensorsFile.Open(Path.Combine(MiniClip, "model.safetensors"));
        Assert.Equal(file.Entries.Keys.Where(k => !k.EndsWith("position_ids", StringComparison.Ordinal)).Order(), model.state_dict().Keys.Order());
    }

    [Fact]
    public void Features_leave_no_tensor_behind()
    {
        using var scope = NewDisposeScope();
        using var model = ClipModel.Load(MiniClip);
        var ids = zeros(2, 24, dtype: ScalarType.Int64);
        var pixels = zeros(2, 3, 64, 64);
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        model.TextFeatures(ids).Dispose();
        model.ImageFeatures(pixels).Dispose();
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [Fact]
    public void Pictures_of_another_size_are_refused()
    {
        using var model = ClipModel.Load(MiniClip);
        using var pixels = zeros(1, 3, 128, 128);
        Assert.Contains("[1,3,128,128]", Assert.Throws<ArgumentException>(() => model.ImageFeatures(pixels)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_text_encoder_is_not_mistaken_for_a_whole_model() =>
        Assert.Contains("vision_config", Assert.Throws<DiptychException>(() => ClipModel.Load(Path.Combine(Lab, "model", "text_encoder"))).Message, StringComparison.Ordinal);

    private static ClipTokenizer TokenizerCases() => ClipTokenizer.Load(Path.Combine(Lab, "model", "tokenizer"));
}
