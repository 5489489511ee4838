using System.Text.Json;
using System.Text.Json.Nodes;
using Diptych.Common;
using Diptych.Common.Text;

namespace Diptych.Tests.Common.Text;

/// <summary>Folders written here from the embedded tokenizer, in the forms found in the wild and in broken ones.</summary>
public sealed class TokenizerFilesTests : IDisposable
{
    private static readonly string Source = Path.Combine(Fixtures.Repository, "models", "lab", "model", "tokenizer");
    private readonly string _folder = Directory.CreateTempSubdirectory("tokenizer-").FullName;

    public TokenizerFilesTests()
    {
        foreach (var file in Directory.GetFiles(Source))
        {
            File.Copy(file, In(Path.GetFileName(file)));
        }
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void One_file_says_the_same_as_two(bool mergesAsPairs)
    {
        WriteWhole(mergesAsPairs);
        File.Delete(In("vocab.json"));
        File.Delete(In("merges.txt"));
        var (one, two) = (ClipTokenizer.Load(_folder), ClipTokenizer.Load(Source));
        Assert.Equal((two.VocabularySize, two.MaxLength, two.BosId, two.EosId, two.PadId), (one.VocabularySize, one.MaxLength, one.BosId, one.EosId, one.PadId));
        foreach (var text in new[] { "", "a red dog on the beach", "caf\u00e9 <|endoftext|> 12!", "WEIRD zwx" })
        {
            Assert.Equal(two.Encode(text), one.Encode(text));
        }
    }

    [Fact]
    public void Settings_have_defaults_where_their_files_are_absent()
    {
        File.Delete(In("tokenizer_config.json"));
        File.Delete(In("special_tokens_map.json"));
        var tokenizer = ClipTokenizer.Load(_folder);
        Assert.Equal((77, 877L, 878L, 878L), (tokenizer.MaxLength, tokenizer.BosId, tokenizer.EosId, tokenizer.PadId));
    }

    [Fact]
    public void Until_the_configuration_lists_added_tokens_the_map_of_special_tokens_decides()
    {
        Edit("special_tokens_map.json", map => map["pad_token"] = "!");
        Assert.Equal(0, ClipTokenizer.Load(_folder).PadId);
        Edit("tokenizer_config.json", config => config["added_tokens_decoder"] = new JsonObject { ["878"] = new JsonObject { ["content"] = "<|endoftext|>", ["normalized"] = false } });
        Assert.Equal(878, ClipTokenizer.Load(_folder).PadId);
    }

    [Fact]
    public void The_padding_mark_is_a_special_token_in_texts_too()
    {
        Edit("special_tokens_map.json", map => map["pad_token"] = new JsonObject { ["content"] = "!" });
        Assert.Equal(["dog</w>", "!", "!"], ClipTokenizer.Load(_folder).Pieces("dog!!"));
        Assert.Equal("!</w>", ClipTokenizer.Load(Source).Pieces("dog!!")[^1]);
    }

    [Fact]
    public void Tokens_saved_with_the_tokenizer_count_as_vocabulary()
    {
        File.WriteAllText(In("added_tokens.json"), """{"<cat-toy>": 879}""");
        var tokenizer = ClipTokenizer.Load(_folder);
        Assert.Equal(880, tokenizer.VocabularySize);
        Assert.Equal([879], tokenizer.Content("<CAT-TOY>"));
        Assert.Throws<DiptychException>(() => tokenizer.AddPlaceholder("<cat-toy>"));
        Assert.Equal([880], tokenizer.AddPlaceholder("<other>").Ids);
    }

    [Fact]
    public void A_length_without_limit_is_the_text_models()
    {
        Edit("tokenizer_config.json", config => config["model_max_length"] = 1e30);
        Assert.Equal(77, ClipTokenizer.Load(_folder).MaxLength);
    }

    [Theory]
    [InlineData("vocab.json", "{\"a\": 0", "vocab.json is no valid JSON")]
    [InlineData("vocab.json", "{}", "holds no vocabulary")]
    [InlineData("vocab.json", "{\"a\": \"x\"}", "'a' has the id \"x\"")]
    [InlineData("vocab.json", "{\"a\": 0, \"b\": 0}", "'b' or its id 0 stands there twice")]
    [InlineData("vocab.json", null, "vocab.json is missing")]
    [InlineData("merges.txt", null, "merges.txt is missing")]
    [InlineData("merges.txt", "#version: 0.2\ni t\nx\n", "merge 2 ('x')")]
    [InlineData("merges.txt", "i t\nq qq</w>\n", "merge 2 ('q qq</w>')")]
    [InlineData("tokenizer.json", "{}", "is no CLIP tokenizer")]
    [InlineData("tokenizer.json", "{\"model\": {\"type\": \"WordPiece\", \"vocab\": {\"a\": 0}, \"merges\": []}}", "is no CLIP tokenizer")]
    [InlineData("tokenizer.json", "{\"model\": {\"type\": \"BPE\", \"end_of_word_suffix\": \"</w>\", \"vocab\": [], \"merges\": []}}", "is no CLIP tokenizer")]
    [InlineData("tokenizer_config.json", "{\"added_tokens_decoder\": {\"5\": {\"content\": 7}}}", "\"added_tokens_decoder\" holds 5")]
    [InlineData("tokenizer.json", "{\"model\": {\"end_of_word_suffix\": \"</w>\", \"vocab\": {\"a\": 0}, \"merges\": []}, \"added_tokens\": [{\"content\": \"b\", \"id\": \"1\"}]}", "lacks its content or id")]
    [InlineData("tokenizer_config.json", "{\"model_max_length\": 2}", "\"model_max_length\" should be a whole number")]
    [InlineData("tokenizer_config.json", "{\"model_max_length\": \"long\"}", "\"model_max_length\" should be a number")]
    [InlineData("tokenizer_config.json", "{\"added_tokens_decoder\": {\"x\": {\"content\": \"y\"}}}", "\"added_tokens_decoder\" holds x")]
    [InlineData("special_tokens_map.json", "{\"pad_token\": 3}", "\"pad_token\" should be a token, not 3")]
    [InlineData("special_tokens_map.json", "{\"eos_token\": \"</s>\"}", "eos_token '</s>' is not in the vocabulary")]
    public void A_damaged_file_is_named_in_one_line(string name, string? content, string reason)
    {
        File.Delete(In(name));
        if (content is not null)
        {
            File.WriteAllText(In(name), content);
        }

        var e = Assert.Throws<DiptychException>(() => ClipTokenizer.Load(_folder));
        Assert.Contains(In(name), e.Message, StringComparison.Ordinal);
        Assert.Contains(reason, e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', e.Message);
    }

    [Fact]
    public void A_missing_folder_is_named() =>
        Assert.Contains("/nowhere/tokenizer", Assert.Throws<DiptychException>(() => ClipTokenizer.Load("/nowhere/tokenizer")).Message, StringComparison.Ordinal);

    private string In(string name) => Path.Combine(_folder, name);

    private void Edit(string name, Action<JsonNode> change)
    {
        var root = JsonNode.Parse(File.ReadAllText(In(name)))!;
        change(root);
        File.WriteAllText(In(name), root.ToJsonString());
    }

    private void WriteWhole(bool mergesAsPairs)
    {
        var merges = File.ReadAllLines(In("merges.txt")).Skip(1).Select(m => (object)(mergesAsPairs ? m.Split(' ') : m));
        var whole = new
        {
            added_tokens = new[] { new { id = 877, content = "<|startoftext|>", normalized = false }, new { id = 878, content = "<|endoftext|>", normalized = false } },
            model = new { type = "BPE", end_of_word_suffix = "</w>", vocab = JsonNode.Parse(File.ReadAllText(In("vocab.json"))), merges },
        };
        File.WriteAllText(In("tokenizer.json"), JsonSerializer.Serialize(whole));
    }
}
