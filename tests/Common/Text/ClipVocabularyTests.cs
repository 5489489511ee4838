using Diptych.Common.Text;
using Diptych.Tests.Common.Data;

namespace Diptych.Tests.Common.Text;

public sealed class ClipVocabularyTests
{
    [Fact]
    public void Every_reference_text_gets_the_reference_ids_from_the_built_in_vocabulary()
    {
        var tokenizer = ClipTokenizer.BuiltIn();

        Assert.Equal((49408, 77, 49406L, 49407L, 49407L), (tokenizer.VocabularySize, tokenizer.MaxLength, tokenizer.BosId, tokenizer.EosId, tokenizer.PadId));
        Assert.All(TokenizerCases.Read(Fixtures.Golden("tokenizer", "clip.json")), c => Assert.Equal(c.Ids, tokenizer.Content(c.Text)));
    }

    [Fact]
    public void OpenClip_encoders_pad_with_zero() => Assert.Equal([49406, 1929, 49407, 0, 0], ClipTokenizer.BuiltIn("!").EncodePadded("dog").Take(5));

    [Theory]
    [InlineData("<|endoftext|>")]
    [InlineData("!")]
    public void A_written_folder_reads_as_the_same_tokenizer(string pad)
    {
        using var folder = new TemporaryFolder();
        ClipVocabulary.WriteFolder(folder.Root, pad);

        var read = ClipTokenizer.Load(folder.Root);
        var builtIn = ClipTokenizer.BuiltIn(pad);

        Assert.Equal(builtIn.VocabularySize, read.VocabularySize);
        Assert.All(TokenizerCases.Read(Fixtures.Golden("tokenizer", "clip.json")).Take(100), c => Assert.Equal(builtIn.EncodePadded(c.Text), read.EncodePadded(c.Text)));
        Assert.Equal(builtIn.EncodePadded("a dog! <|endoftext|> !"), read.EncodePadded("a dog! <|endoftext|> !"));
    }

    [Fact]
    public void It_is_the_vocabulary_of_the_published_files()
    {
        var (pieces, merges) = ClipVocabulary.Read();
        var files = Fixtures.Require("data", "clip-vocab");

        Assert.Equal(File.ReadLines(Path.Combine(files, "merges.txt")).Skip(1).Where(l => l.Length > 0), merges);
        using var vocabulary = System.Text.Json.JsonDocument.Parse(File.ReadAllText(Path.Combine(files, "vocab.json")));
        Assert.Equal(vocabulary.RootElement.EnumerateObject().OrderBy(p => p.Value.GetInt32()).Select(p => p.Name), pieces);
    }
}
