using System.Text.Json;
using Diptych.Common;
using Diptych.Common.Pipelines;
using Diptych.Common.Text;
using Diptych.Common.Unet;
using Diptych.Common.Weights;
using static TorchSharp.torch;

namespace Diptych.Tests.Common.Pipelines;

public sealed class PromptReaderTests : IDisposable
{
    private static readonly string s_lab = Path.Combine(Fixtures.Repository, "models", "lab", "model");

    private readonly TextConditioner _text = new([new PromptEncoder(ClipTokenizer.Load(Path.Combine(s_lab, "tokenizer")), ClipTextModel.Load(Path.Combine(s_lab, "text_encoder")))]);
    private readonly TorchSharp.DisposeScope _scope = NewDisposeScope();

    private PromptEncoder Encoder => _text.Encoders[0];

    private int Length => Encoder.Tokenizer.MaxLength;

    public void Dispose()
    {
        _scope.Dispose();
        _text.Dispose();
    }

    [Fact]
    public void A_prompt_that_fits_and_has_no_weights_is_encoded_as_ever_whatever_is_switched_on()
    {
        string[] prompts = ["a photo of a red dog", ""];
        var expected = Encoded(prompts);

        foreach (var options in (GenerationOptions[])[new(), new() { LongPrompts = true, PromptWeights = true }])
        {
            Assert.Equal(0, Close.MaxDifference(expected, Read(options, prompts).Text));
        }
    }

    [Fact]
    public void Brackets_are_letters_unless_weights_are_asked_for()
    {
        const string Prompt = "a (red:1.5) dog";

        Assert.Equal(0, Close.MaxDifference(Encoded(Prompt), Read(new(), Prompt).Text));
        Assert.True(Close.MaxDifference(Encoded("a red dog"), Read(new() { PromptWeights = true }, Prompt).Text) > 0);
        Assert.Equal(0, Close.MaxDifference(Encoded("a (red) dog"), Read(new() { PromptWeights = true }, @"a \(red\) dog").Text));
    }

    [Fact]
    public void Only_the_weighted_words_states_move()
    {
        var (plain, empty) = (Encoded("a red dog"), Encoded(""));

        var weighted = Read(new() { PromptWeights = true }, "a (red:0) dog").Text;

        var moved = Encoder.Tokenizer.Encode("a").Count - 1;
        Close.Absolute(empty[0, moved], weighted[0, moved], 1e-6, "the weighted word");
        foreach (var other in Enumerable.Range(0, Length).Where(i => i != moved))
        {
            Assert.Equal(0, Close.MaxDifference(plain[0, other], weighted[0, other]));
        }
    }

    [Fact]
    public void A_long_prompt_is_encoded_chunk_by_chunk_and_a_shorter_one_beside_it_is_filled_with_empty_chunks()
    {
        var (first, second) = (Words("dog", Length - 2), "a red car");

        var read = Read(new() { LongPrompts = true }, $"{first} {second}", "a blue cat").Text;

        Assert.Equal([2, 2 * Length, Encoder.Width], read.shape);
        Close.Absolute(Encoded(first)[0], read[0, ..Length], 1e-5, "first chunk");
        Close.Absolute(Encoded(second)[0], read[0, Length..], 1e-5, "second chunk");
        Close.Absolute(Encoded("a blue cat")[0], read[1, ..Length], 1e-5, "short prompt");
        Close.Absolute(Encoded("")[0], read[1, Length..], 1e-5, "empty chunk");
        Assert.Equal(Length, Read(new(), $"{first} {second}").Text.shape[1]);
        Assert.Equal(3 * Length, new PromptReader(_text, new()).Read(["a dog"], 3).Text.shape[1]);
    }

    [Fact]
    public void A_learned_word_of_several_vectors_is_read_whole_from_the_chunk_it_opens()
    {
        _text.AddConcept("<thing>", [randn(3, Encoder.Width)]);

        var read = Read(new() { LongPrompts = true }, Words("dog", Length - 3) + " <thing>").Text;

        Assert.Equal(2 * Length, read.shape[1]);
        Close.Absolute(Encoded("<thing>")[0], read[0, Length..], 1e-5);
    }

    [Fact]
    public void A_learned_word_beyond_what_is_read_is_refused()
    {
        _text.AddConcept("<thing>", [randn(3, Encoder.Width)]);

        var error = Assert.Throws<DiptychException>(() => Read(new(), Words("dog", Length - 3) + " <thing>"));

        Assert.Contains("--long-prompts", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("sd1", 1)]
    [InlineData("sd1", 3)]
    [InlineData("sd2", 1)]
    public void Skipped_layers_are_counted_as_in_diffusers_and_the_final_norm_still_follows(string name, int skip)
    {
        using var golden = SafetensorsFile.Open(Fixtures.Require("fixtures", "text", $"{name}.safetensors"));
        var folder = Fixtures.Require("fixtures", "models", $"tiny-{name}");
        using var encoder = new PromptEncoder(ClipTokenizer.Load(Path.Combine(folder, "tokenizer")), ClipTextModel.Load(Path.Combine(folder, "text_encoder")));
        using var text = new TextConditioner([encoder]);
        using var noGradient = no_grad();
        var layers = encoder.Model.Config.Transformer.Layers;
        var expected = encoder.Model.FinalNorm(golden.Read($"hidden_states.{layers - skip}"));

        var read = new PromptReader(text, new() { ClipSkip = skip }).Read(JsonSerializer.Deserialize<string[]>(golden.Metadata["prompts"])!);

        Close.Absolute(expected, read.Text, 1e-4, "states");
    }

    [Fact]
    public void More_layers_than_there_are_cannot_be_skipped()
    {
        var layers = Encoder.Model.Config.Transformer.Layers;

        var error = Assert.Throws<DiptychException>(() => new PromptReader(_text, new() { ClipSkip = layers }));

        Assert.Contains($"--clip-skip {layers}", error.Message, StringComparison.Ordinal);
        Assert.Contains($"0 to {layers - 1}", error.Message, StringComparison.Ordinal);
        Assert.NotNull(new PromptReader(_text, new() { ClipSkip = layers - 1 }));
    }

    [Fact]
    public void Two_encoders_are_read_side_by_side_and_the_summary_is_the_first_chunks()
    {
        using var xl = TextConditioner.Load(ModelFolder.Open(Fixtures.Require("fixtures", "models", "tiny-sdxl")));
        using var noGradient = no_grad();
        var length = xl.Encoders[0].Tokenizer.MaxLength;
        var (first, second) = (Words("dog", length - 2), "a (red) car");
        PromptConditioning Direct(string prompt) => xl.Encode(xl.Tokenize([prompt]));
        PromptConditioning Of(GenerationOptions options, string prompt) => new PromptReader(xl, options).Read([prompt]);

        var plain = Of(new(), second);
        Assert.Equal(0, Close.MaxDifference(Direct(second).Text, plain.Text));
        Assert.Equal(0, Close.MaxDifference(Direct(second).Pooled!, plain.Pooled!));

        var read = Of(new() { LongPrompts = true }, $"{first} {second}");
        Assert.Equal([1, 2 * length, xl.Width], read.Text.shape);
        Close.Absolute(Direct(first).Pooled!, read.Pooled!, 1e-4, "summary");
        Close.Absolute(Direct(second).Text[0], read.Text[0, length..], 1e-4, "second chunk");

        var weighted = Of(new() { PromptWeights = true }, "a (red:1.5) car");
        var unweighted = Direct("a red car");
        Assert.Equal(0, Close.MaxDifference(unweighted.Pooled!, weighted.Pooled!));
        Assert.Equal(0, Close.MaxDifference(unweighted.Text[0, 1], weighted.Text[0, 1]));
        var one = xl.Encoders[0].Width;
        Assert.True(Close.MaxDifference(unweighted.Text[0, 2].narrow(0, 0, one), weighted.Text[0, 2].narrow(0, 0, one)) > 0);
        Assert.True(Close.MaxDifference(unweighted.Text[0, 2].narrow(0, one, xl.Width - one), weighted.Text[0, 2].narrow(0, one, xl.Width - one)) > 0);
    }

    private static string Words(string word, int count) => string.Join(' ', Enumerable.Repeat(word, count));

    private PromptConditioning Read(GenerationOptions options, params string[] prompts)
    {
        using var noGradient = no_grad();
        return new PromptReader(_text, options).Read(prompts);
    }

    private Tensor Encoded(params string[] prompts)
    {
        using var noGradient = no_grad();
        return _text.Encode(_text.Tokenize(prompts)).Text;
    }
}
