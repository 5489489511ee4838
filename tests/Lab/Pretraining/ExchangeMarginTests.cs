using Diptych.Common.Text;
using Diptych.Lab.Pretraining;
using Diptych.Lab.Verification;
using Diptych.Lab.World;
using static TorchSharp.torch;

namespace Diptych.Tests.Lab.Pretraining;

public sealed class ExchangeMarginTests
{
    private static ClipTokenizer Tokenizer { get; } = ClipTokenizer.Load(LabFiles.Model.Tokenizer);

    [Fact]
    public void A_noun_is_exchanged_for_another_in_its_place_and_nothing_else()
    {
        using var scope = NewDisposeScope();
        using var margin = new ExchangeMargin(Tokenizer, LabWords.Classes, CPU);
        var ids = Tokenizer.EncodeBatch(["a photo of a red dog on the beach"]);
        var place = Tokenizer.Encode("a photo of a red dog").ToList().IndexOf(Tokenizer.Encode("dog")[1]);
        random.manual_seed(3);

        var exchanged = Enumerable.Range(0, 60).Select(_ => margin.Exchanged(ids, tensor(new[] { (long)place }).view(1, 1))[0].data<long>().ToArray()).ToList();

        Assert.Equal(LabWords.Classes.Select(noun => (long)Tokenizer.Encode(noun)[1]).Order(), exchanged.Select(caption => caption[place]).Distinct().Order());
        long[] before = ids[0].data<long>().ToArray();
        Assert.All(exchanged, caption => Assert.Equal(before.Where((_, i) => i != place), caption.Where((_, i) => i != place)));
    }

    [Fact]
    public void Rows_that_do_not_know_their_word_exceed_the_margin_and_rows_that_are_their_word_do_not()
    {
        using var scope = NewDisposeScope();
        using var margin = new ExchangeMargin(Tokenizer, LabWords.Classes, CPU);
        var ids = Tokenizer.EncodeBatch(["a photo of a red dog on the beach", "a photo of a house", "red"]);
        Tensor Blind(Tensor captions) => ones([.. captions.shape, 4]);
        Tensor Exact(Tensor captions) => nn.functional.one_hot(captions, Tokenizer.VocabularySize).to_type(ScalarType.Float32);
        random.manual_seed(1);

        Assert.Equal(.3f, margin.Excess(ids, Blind(ids), Blind).item<float>(), 1e-5f);
        Assert.Equal(0f, margin.Excess(ids, Exact(ids), Exact).item<float>());
    }

    [Fact]
    public void The_embedded_models_encoder_tells_nouns_and_colours_apart()
    {
        using var encoder = ClipTextModel.Load(Path.Combine(LabFiles.Model.Model, "text_encoder"));

        Assert.InRange(WordProbe.MeanCosine(Tokenizer, encoder, LabWords.Classes, noun => $"a photo of a red {noun} on the beach"), -1, .85);
        Assert.InRange(WordProbe.MeanCosine(Tokenizer, encoder, Palette.Names, colour => $"a photo of a {colour} dog on the beach"), -1, .85);
    }
}
