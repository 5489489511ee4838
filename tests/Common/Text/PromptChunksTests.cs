using Diptych.Common;
using Diptych.Common.Text;

namespace Diptych.Tests.Common.Text;

public class PromptChunksTests
{
    private readonly ClipTokenizer _tokenizer = TokenizerCases.Lab();

    private int Room => _tokenizer.MaxLength - 2;

    [Theory]
    [InlineData("")]
    [InlineData("a photo of a red dog")]
    public void A_prompt_that_fits_is_one_chunk_with_the_ids_it_always_had(string prompt)
    {
        var chunks = Split(prompt);

        Assert.Equal(_tokenizer.EncodePadded(prompt), Assert.Single(chunks.Ids));
        Assert.False(chunks.Weighted);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 2)]
    [InlineData(2, 2)]
    public void A_chunk_is_full_before_the_next_begins(int more, int expected)
    {
        var words = string.Join(' ', Enumerable.Repeat("dog", Room + more));

        var chunks = Split(words);

        Assert.Equal(expected, chunks.Count);
        Assert.Equal(_tokenizer.EncodePadded(words), chunks.Ids[0]);
        Assert.Equal(_tokenizer.Encode(words).Select(id => (long)id).Where(IsContent), chunks.AllIds.Where(IsContent));
        Assert.All(chunks.Ids, ids =>
        {
            Assert.Equal(_tokenizer.MaxLength, ids.Length);
            Assert.Equal(_tokenizer.BosId, ids[0]);
            Assert.Contains(_tokenizer.EosId, ids);
        });

        bool IsContent(long id) => id != _tokenizer.BosId && id != _tokenizer.EosId && id != _tokenizer.PadId;
    }

    [Fact]
    public void The_vectors_of_a_concept_are_never_divided()
    {
        var concept = _tokenizer.AddPlaceholder("<thing>", 4);
        var words = string.Join(' ', Enumerable.Repeat("dog", Room - 2));

        var chunks = Split(words + " <thing> dog");

        Assert.Equal(2, chunks.Count);
        Assert.Equal(_tokenizer.EosId, chunks.Ids[0][Room - 1]);
        Assert.Equal(concept.Ids.Select(id => (long)id), chunks.Ids[1].Skip(1).Take(4));
    }

    [Fact]
    public void Every_id_carries_the_weight_of_its_stretch()
    {
        var concept = _tokenizer.AddPlaceholder("<thing>", 2);

        var chunks = PromptChunks.Split(_tokenizer, PromptWeights.Parse("a (<thing> red:1.5) dog"));

        Assert.Equal(_tokenizer.EncodePadded("a <thing> red dog"), chunks.Ids[0]);
        Assert.Equal([1, 1, 1.5f, 1.5f, 1.5f, 1, 1], chunks.Weights[0].Take(7));
        Assert.True(chunks.Weighted);
        Assert.Equal(concept.Ids[0], chunks.Ids[0][2]);
    }

    [Fact]
    public void A_shorter_prompt_is_brought_to_the_longer_ones_length_with_empty_chunks()
    {
        var padded = Split("a dog").Padded(_tokenizer, 3);

        Assert.Equal(3, padded.Count);
        Assert.Equal(_tokenizer.EncodePadded("a dog"), padded.Ids[0]);
        Assert.All(padded.Ids.Skip(1), ids => Assert.Equal(_tokenizer.EncodePadded(""), ids));
        Assert.All(padded.Weights, weights => Assert.All(weights, w => Assert.Equal(1, w)));
    }

    [Fact]
    public void The_first_chunk_alone_is_what_is_read_otherwise_and_it_must_hold_every_concept()
    {
        var words = string.Join(' ', Enumerable.Repeat("dog", Room));
        Assert.Equal(_tokenizer.EncodePadded(words + " cat"), Assert.Single(Split(words + " cat").First(_tokenizer).Ids));
        _tokenizer.AddPlaceholder("<thing>", 2);

        var error = Assert.Throws<DiptychException>(() => Split(words + " <thing>").First(_tokenizer));

        Assert.Contains("<thing>", error.Message, StringComparison.Ordinal);
        Assert.Contains("--long-prompts", error.Message, StringComparison.Ordinal);
    }

    private PromptChunks Split(string prompt) => PromptChunks.Split(_tokenizer, [new WeightedSpan(prompt, 1)]);
}
