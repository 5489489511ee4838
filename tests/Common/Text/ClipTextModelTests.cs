using Diptych.Common;
using Diptych.Common.Runtime;
using Diptych.Common.Text;
using Diptych.Common.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace Diptych.Tests.Common.Text;

public class ClipTextModelTests
{
    [Theory]
    [InlineData("sd1")]
    [InlineData("sd2")]
    [InlineData("sdxl-2")]
    public void All_states_equal_the_reference(string name) =>
        CheckAgainst(Fixtures.Golden("text", name, "expected.safetensors"), Fixtures.Golden("text", name));

    [Theory]
    [InlineData("sd1", "")]
    [InlineData("sd2", "")]
    [InlineData("sdxl-1", "")]
    [InlineData("sdxl-2", "_2")]
    public void All_states_equal_the_reference_with_the_whole_vocabulary(string name, string suffix)
    {
        var folder = Fixtures.Require("fixtures", "models", $"tiny-{name.Split('-')[0]}");
        var (model, worst) = CheckAgainst(Fixtures.Require("fixtures", "text", $"{name}.safetensors"), Path.Combine(folder, "text_encoder" + suffix));
        var tokenizer = ClipTokenizer.Load(Path.Combine(folder, "tokenizer" + suffix));
        model.RequireFit(tokenizer);
        Assert.InRange(worst, 0, 1e-5);
        using var expected = SafetensorsFile.Open(Fixtures.Require("fixtures", "text", $"{name}.safetensors"));
        using var ids = expected.Read("input_ids");
        var prompts = System.Text.Json.JsonSerializer.Deserialize<string[]>(expected.Metadata["prompts"])!;
        using var encoded = tokenizer.EncodeBatch(prompts);
        Assert.True(ids.Equals(encoded));
        model.Dispose();
    }

    [Fact]
    public void The_oldest_checkpoints_pool_at_the_largest_id()
    {
        using var model = ClipTextModel.Load(Fixtures.Golden("text", "sd1"));
        using var oldest = new ClipTextModel(model.Config with { EosTokenId = 2 });
        oldest.load_state_dict(model.state_dict());
        using var scope = NewDisposeScope();
        var ids = tensor(new long[] { 16, 3, 17, 2, 17, 1 }, 1, 6);
        var first = oldest.Encode(oldest.TokenEmbeddings(ids), ids);
        Close.Absolute(first.LastHiddenState[0, 2], first.Pooled[0], 0);
        // A placeholder's id is larger than any of the vocabulary's, and does not end the prompt.
        var taught = tensor(new long[] { 16, model.Config.VocabularySize, 17, 2, 17, 1 }, 1, 6);
        var third = oldest.Encode(ConceptLookup.Embed(oldest, taught, ones(1, model.Config.HiddenSize)), taught);
        Close.Absolute(third.LastHiddenState[0, 2], third.Pooled[0], 0);
        // Where 2 were taken for an id, its place would be 3; where the configured id is 3, its place is 1.
        using var other = new ClipTextModel(model.Config with { EosTokenId = 3 });
        other.load_state_dict(model.state_dict());
        var second = other.Encode(other.TokenEmbeddings(ids), ids);
        Close.Absolute(second.LastHiddenState[0, 1], second.Pooled[0], 0);
    }

    [Fact]
    public void What_follows_a_word_does_not_change_its_row()
    {
        using var model = ClipTextModel.Load(Path.Combine(Fixtures.Repository, "models", "lab", "model", "text_encoder"));
        var tokenizer = TokenizerCases.Lab();
        using var scope = NewDisposeScope();
        var ids = tokenizer.EncodeBatch(["a red dog", "a red dog on the beach at night"]);
        var prefix = tokenizer.Encode("a red dog").Count - 1;
        var states = model.Encode(model.TokenEmbeddings(ids), ids).LastHiddenState;
        Close.Absolute(states[0].narrow(0, 0, prefix), states[1].narrow(0, 0, prefix), 1e-5, "rows up to the class word");
        Assert.True(Close.MaxDifference(states[0, prefix], states[1, prefix]) > 1e-2);
    }

    [Fact]
    public void Encoding_leaves_no_tensor_behind()
    {
        using var model = ClipTextModel.Load(Fixtures.Golden("text", "sd1"));
        using var ids = zeros(2, 20, dtype: ScalarType.Int64);
        Assert.Equal(3, Live(false));
        Assert.Equal(3 + 6, Live(true));

        long Live(bool allHiddenStates)
        {
            using var scope = NewDisposeScope();
            var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
            model.Encode(model.TokenEmbeddings(ids), ids, allHiddenStates);
            return DisposeScopeManager.Statistics.ThreadTotalLiveCount - before;
        }
    }

    [Fact]
    public void The_state_dictionary_has_transformers_names()
    {
        using var model = ClipTextModel.Load(Fixtures.Golden("text", "sd1"));
        using var file = SafetensorsFile.Open(Fixtures.Golden("text", "sd1", "model.safetensors"));
        Assert.Equal(file.Entries.Keys.Where(k => !k.EndsWith("position_ids", StringComparison.Ordinal)).Order(), model.state_dict().Keys.Order());
    }

    [Fact]
    public void Prompts_longer_than_the_model_are_refused()
    {
        using var model = ClipTextModel.Load(Fixtures.Golden("text", "sd1"));
        using var ids = zeros(1, 21, dtype: ScalarType.Int64);
        using var embeddings = model.TokenEmbeddings(ids);
        Assert.Throws<ArgumentException>(() => model.Encode(embeddings, ids));
    }

    [Fact]
    public void A_tokenizer_of_another_model_is_refused()
    {
        using var model = ClipTextModel.Load(Fixtures.Golden("text", "sd1"));
        Assert.Contains("879 entries", Assert.Throws<DiptychException>(() => model.RequireFit(TokenizerCases.Lab())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_damaged_pickle_in_place_of_the_weights_is_named()
    {
        var folder = Directory.CreateTempSubdirectory().FullName;
        File.Copy(Fixtures.Golden("text", "sd1", "config.json"), Path.Combine(folder, "config.json"));
        File.WriteAllText(Path.Combine(folder, "pytorch_model.bin"), "pickle");
        var e = Assert.Throws<DiptychException>(() => ClipTextModel.Load(folder));
        Assert.Contains("pytorch_model.bin", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', e.Message);
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void The_projection_loads_with_and_without_the_towers_prefix()
    {
        var folder = Directory.CreateTempSubdirectory().FullName;
        using var scope = NewDisposeScope();
        using var tower = ClipTextModel.Load(Fixtures.Golden("text", "sd2"));
        var state = tower.state_dict();
        var projection = new RandomStream(1, RandomPurpose.Other).Normal(5, tower.Config.HiddenSize);
        File.WriteAllText(Path.Combine(folder, "config.json"), File.ReadAllText(Fixtures.Golden("text", "sd2", "config.json")).Replace("\"projection_dim\":", "\"projection_dim\": 5, \"was\":", StringComparison.Ordinal));
        var ids = zeros(1, 20, dtype: ScalarType.Int64);
        var results = ((bool[])[true, false]).Select(prefixed =>
        {
            SafetensorsWriter.Write(Path.Combine(folder, "model.safetensors"),
                [.. state.Select(p => KeyValuePair.Create(prefixed ? p.Key : p.Key["text_model.".Length..], p.Value)), KeyValuePair.Create("text_projection.weight", projection)]);
            using var model = ClipTextModelWithProjection.Load(folder);
            return model.Encode(model.TokenEmbeddings(ids), ids);
        }).ToList();
        Directory.Delete(folder, recursive: true);

        Close.Absolute(results[0].Projected!, results[1].Projected!, 0);
        Close.Absolute(results[0].Pooled.matmul(projection.t()), results[0].Projected!, 1e-6);
        Assert.Null(tower.Encode(tower.TokenEmbeddings(ids), ids).Projected);
    }

    private static (ClipTextEncoder Model, double Worst) CheckAgainst(string expectedPath, string modelFolder)
    {
        using var expected = SafetensorsFile.Open(expectedPath);
        var projects = expected.Entries.ContainsKey("text_embeds");
        ClipTextEncoder model = projects ? ClipTextModelWithProjection.Load(modelFolder) : ClipTextModel.Load(modelFolder);
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        var ids = expected.Read("input_ids");
        var output = model.Encode(model.TokenEmbeddings(ids), ids, allHiddenStates: true);
        Assert.Equal(expected.Entries.Keys.Count(k => k.StartsWith("hidden_states.", StringComparison.Ordinal)), output.HiddenStates.Count);
        var pairs = output.HiddenStates.Select((state, i) => ($"hidden_states.{i}", state))
            .Append(("last_hidden_state", output.LastHiddenState)).Append(projects ? ("text_embeds", output.Projected!) : ("pooler_output", output.Pooled)).ToList();
        Assert.All(pairs, p => Close.Absolute(expected.Read(p.Item1), p.Item2, 1e-4, p.Item1));
        Close.Absolute(output.LastHiddenState, model.FinalNorm(output.HiddenStates[^1]), 0, "the final norm");
        return (model, pairs.Max(p => Close.MaxDifference(expected.Read(p.Item1), p.Item2)));
    }
}
