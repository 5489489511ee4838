using Diptych.Common;
using Diptych.Common.Text;

namespace Diptych.Tests.Common.Text;

public class ClipTokenizerTests
{
    [Fact]
    public void Every_reference_text_gets_the_reference_ids()
    {
        var tokenizer = TokenizerCases.Trimmed();
        var cases = TokenizerCases.Read(Fixtures.Golden("tokenizer", "clip.json"));
        Assert.Equal(437, cases.Count);
        Assert.All(cases, c => Assert.Equal(c.Ids, tokenizer.Content(c.Text)));
    }

    [Theory]
    [InlineData("fixtures", "models", "tiny-sd1", "tokenizer")]
    [InlineData("fixtures", "models", "tiny-clip")]
    [InlineData("data", "clip-vocab")]
    public void Every_reference_text_gets_the_reference_ids_from_the_whole_vocabulary(params string[] folder)
    {
        var tokenizer = ClipTokenizer.Load(Fixtures.Require(folder));
        Assert.All(TokenizerCases.Read(Fixtures.Require("fixtures", "tokenizer", "clip.json")), c =>
        {
            Assert.Equal(c.Ids, tokenizer.Content(c.Text));
            Assert.Equal(c.Padded!, tokenizer.EncodePadded(c.Text));
        });
        Assert.Equal(49408, tokenizer.VocabularySize);
    }

    [Fact]
    public void Stable_Diffusion_2_pads_with_the_exclamation_mark()
    {
        var tokenizer = ClipTokenizer.Load(Fixtures.Require("fixtures", "models", "tiny-sd2", "tokenizer"));
        Assert.Equal(0, tokenizer.PadId);
        Assert.Equal([49406, 1929, 49407, 0, 0], tokenizer.EncodePadded("dog").Take(5));
    }

    [Fact]
    public void A_long_text_is_cut_before_the_end_token()
    {
        var tokenizer = TokenizerCases.Trimmed();
        var text = string.Join(' ', Enumerable.Repeat("dog", 100));
        Assert.Equal(102, tokenizer.Encode(text).Count);
        var padded = tokenizer.EncodePadded(text);
        Assert.Equal(77, padded.Length);
        Assert.Equal([tokenizer.BosId, 1929, 1929], padded.Take(3));
        Assert.Equal([1929, 1929, tokenizer.EosId], padded.TakeLast(3));
    }

    [Fact]
    public void The_embedded_tokenizer_has_its_own_length_and_end()
    {
        var tokenizer = TokenizerCases.Lab();
        Assert.Equal(879, tokenizer.VocabularySize);
        Assert.Equal((24, 877, 878, 878), (tokenizer.MaxLength, tokenizer.BosId, tokenizer.EosId, tokenizer.PadId));
        var padded = tokenizer.EncodePadded("");
        Assert.Equal([877, .. Enumerable.Repeat(878L, 23)], padded);
    }

    [Fact]
    public void A_batch_is_one_tensor_of_padded_prompts()
    {
        var tokenizer = TokenizerCases.Lab();
        using var batch = tokenizer.EncodeBatch(["", "a red dog"]);
        Assert.Equal([2, 24], batch.shape);
        Assert.Equal([.. tokenizer.EncodePadded(""), .. tokenizer.EncodePadded("a red dog")], batch.data<long>().ToArray());
    }

    [Fact]
    public void Capitals_beyond_the_basic_plane_and_the_dotted_I_are_lowered_as_the_reference_does()
    {
        var tokenizer = TokenizerCases.Trimmed();
        Assert.Equal(tokenizer.Encode("\U00010428"), tokenizer.Encode("\U00010400"));
        Assert.Equal(tokenizer.Encode("i\u0307"), tokenizer.Encode("\u0130"));
    }

    [Fact]
    public void Letters_beyond_the_basic_plane_are_words_and_digits_stand_alone()
    {
        var tokenizer = TokenizerCases.Trimmed();
        // U+10428 is a letter, so it joins the letters around it into one word with one word end; U+1F415 is none.
        Assert.Single(tokenizer.Pieces("a\U00010428b"), p => p.EndsWith("</w>", StringComparison.Ordinal));
        Assert.Equal(3, tokenizer.Pieces("a\U0001F415b").Count(p => p.EndsWith("</w>", StringComparison.Ordinal)));
        Assert.Equal(["1</w>", "2</w>"], tokenizer.Pieces("12"));
    }

    [Fact]
    public void A_special_token_in_capitals_is_recognised_only_where_its_file_says_so()
    {
        // This folder's file marks its special tokens as normalized; tokenizer.json files do not.
        var tokenizer = TokenizerCases.Trimmed();
        Assert.Equal([(int)tokenizer.EosId], tokenizer.Content("<|ENDOFTEXT|>"));
        var lab = TokenizerCases.Lab();
        Assert.Equal([(int)lab.EosId], lab.Content("<|endoftext|>"));
        Assert.Equal(["<", "|</w>"], lab.Pieces("<|ENDOFTEXT|>!!").Take(2));
        Assert.Equal(["|", "></w>", "!", "!</w>"], lab.Pieces("<|ENDOFTEXT|>!!").TakeLast(4));
    }

    [Fact]
    public void An_initializer_of_one_token_yields_its_id()
    {
        var tokenizer = TokenizerCases.Trimmed();
        Assert.Equal(1929, tokenizer.InitializerId(" Dog "));
        Assert.Equal(2, tokenizer.InitializerIds("dog painting").Count);
    }

    [Fact]
    public void An_initializer_of_several_tokens_is_refused_with_its_pieces()
    {
        var e = Assert.Throws<DiptychException>(() => TokenizerCases.Trimmed().InitializerId("zqxv"));
        Assert.Contains("'zqxv'", e.Message, StringComparison.Ordinal);
        Assert.Contains(string.Join(" + ", TokenizerCases.Trimmed().Pieces("zqxv")), e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_empty_or_learned_initializer_is_refused()
    {
        var tokenizer = TokenizerCases.Trimmed();
        tokenizer.AddPlaceholder("<toy>");
        Assert.Contains("empty", Assert.Throws<DiptychException>(() => tokenizer.InitializerId(" ")).Message, StringComparison.Ordinal);
        Assert.Contains("placeholder '<toy>'", Assert.Throws<DiptychException>(() => tokenizer.InitializerIds("a <toy>")).Message, StringComparison.Ordinal);
    }
}
