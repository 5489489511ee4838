using Diptych.Common;
using Diptych.Common.Text;

namespace Diptych.Tests.Common.Text;

public class PlaceholderTokenTests
{
    [Theory]
    [InlineData("")]
    [InlineData("tokenizer")]
    public void Added_tokens_are_recognised_as_the_reference_recognises_them(string shared)
    {
        var path = shared.Length > 0 ? Fixtures.Require("fixtures", shared, "clip-added.json") : Fixtures.Golden("tokenizer", "clip-added.json");
        var tokenizer = shared.Length > 0 ? ClipTokenizer.Load(Fixtures.Require("data", "clip-vocab")) : TokenizerCases.Trimmed();
        // The reference adds them as words that know nothing of one another, so here each is a placeholder of one vector.
        foreach (var token in TokenizerCases.Added(path))
        {
            tokenizer.AddPlaceholder(token);
        }

        Assert.All(TokenizerCases.Read(path), c => Assert.Equal(c.Ids, tokenizer.Content(c.Text)));
    }

    [Fact]
    public void Ids_follow_the_vocabulary_and_one_another()
    {
        var tokenizer = TokenizerCases.Lab();
        Assert.Equal([879, 880, 881], tokenizer.AddPlaceholder("<one>", 3).Ids);
        Assert.Equal([882], tokenizer.AddPlaceholder("<two>").Ids);
        Assert.Equal(879, tokenizer.VocabularySize);
        Assert.Equal(["<one>", "<one>_1", "<one>_2", "<two>"], tokenizer.Placeholders.SelectMany(p => p.Names));
    }

    [Theory]
    [InlineData("a photo of <t>", "a photo of <t> <t>_1 <t>_2")]
    [InlineData("<t>", "<t>_0?")]
    [InlineData("<T> and <t>", "<t> <t>_1 <t>_2 and <t> <t>_1 <t>_2")]
    [InlineData("<t><t>", "<t>  <t>_1\t<t>_2 <t>")]
    public void The_word_alone_stands_for_all_its_vectors_as_does_its_spelled_out_form(string alone, string spelled)
    {
        var tokenizer = TokenizerCases.Trimmed();
        var t = tokenizer.AddPlaceholder("<t>", 3);
        var ids = tokenizer.Content(alone).ToList();
        Assert.Equal(t.Ids, ids.Where(i => i >= tokenizer.VocabularySize).Take(3));
        Assert.Equal(0, ids.Count(i => i >= tokenizer.VocabularySize) % 3);
        if (!spelled.Contains('?', StringComparison.Ordinal))
        {
            Assert.Equal(ids, tokenizer.Content(spelled));
        }
    }

    [Fact]
    public void An_incomplete_or_interrupted_spelling_is_not_mistaken_for_the_whole()
    {
        var tokenizer = TokenizerCases.Trimmed();
        var (a, b, c) = (49408, 49409, 49410);
        tokenizer.AddPlaceholder("<t>", 3);
        Assert.Equal([b], tokenizer.Content("<t>_1"));
        Assert.Equal([a, b, c, b], tokenizer.Content("<t> <t>_1"));
        Assert.Equal([a, b, c, c, b], tokenizer.Content("<t> <t>_2 <t>_1"));
        Assert.Equal([a, b, c, .. tokenizer.Content("dog"), b, c], tokenizer.Content("<t> dog <t>_1 <t>_2"));
        Assert.Equal([a, b, c, .. tokenizer.Content("dog")], tokenizer.Content("<t> <t>_1 <t>_2 dog"));
    }

    [Fact]
    public void Names_that_begin_alike_do_not_confuse()
    {
        var tokenizer = TokenizerCases.Trimmed();
        var foo = tokenizer.AddPlaceholder("xfoo", 2);
        var bar = tokenizer.AddPlaceholder("xfoobar", 2);
        Assert.Equal([.. foo.Ids, .. bar.Ids, .. foo.Ids], tokenizer.Content("xfoo xfoobar xfoo"));
        Assert.Equal([foo.Ids[1], bar.Ids[1]], tokenizer.Content("xfoo_1 xfoobar_1"));
        Assert.Contains("added before", Assert.Throws<DiptychException>(() => tokenizer.AddPlaceholder("XFOO_1")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_stays_free_after_a_refusal()
    {
        var tokenizer = TokenizerCases.Lab();
        tokenizer.AddPlaceholder("<t>_1");
        Assert.Throws<DiptychException>(() => tokenizer.AddPlaceholder("<t>", 2));
        Assert.Equal([880], tokenizer.AddPlaceholder("<t>").Ids);
    }

    [Theory]
    [InlineData("dog", 1, "in the vocabulary already")]
    [InlineData("Dog", 1, "in the vocabulary already")]
    [InlineData("<|endoftext|>", 1, "in the vocabulary already")]
    [InlineData("", 1, "one word")]
    [InlineData("my cat", 1, "one word")]
    [InlineData("<t>", 0, "0 vectors")]
    [InlineData("<t>", 76, "76 vectors")]
    public void A_word_that_cannot_serve_is_refused(string token, int vectors, string reason)
    {
        var e = Assert.Throws<DiptychException>(() => TokenizerCases.Trimmed().AddPlaceholder(token, vectors));
        Assert.Contains($"'{token}'", e.Message, StringComparison.Ordinal);
        Assert.Contains(reason, e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', e.Message);
    }

    [Fact]
    public void A_prompt_too_long_to_hold_its_placeholder_is_an_error_that_quotes_it()
    {
        var tokenizer = TokenizerCases.Lab();
        var t = tokenizer.AddPlaceholder("<t>", 2);
        var fits = string.Concat(Enumerable.Repeat("a ", 20)) + "<t>";
        Assert.Equal([t.Ids[0], t.Ids[1], tokenizer.EosId], tokenizer.EncodePadded(fits).TakeLast(3));
        Assert.Equal(t.Ids[0], tokenizer.EncodePadded("<t> " + fits.Replace(" <t>", " a a a", StringComparison.Ordinal))[1]);
        var e = Assert.Throws<DiptychException>(() => tokenizer.EncodePadded("a " + fits));
        Assert.Contains("\"a " + fits + "\"", e.Message, StringComparison.Ordinal);
        Assert.Contains("'<t>_1' (token 23)", e.Message, StringComparison.Ordinal);
    }
}
