using Diptych.Common.Text;
using static TorchSharp.torch;

namespace Diptych.Tests.Common.Text;

public class ConceptLookupTests
{
    private const int Vocabulary = 18;

    [Fact]
    public void Concept_rows_stand_where_their_ids_stand()
    {
        using var scope = NewDisposeScope();
        using var model = ClipTextModel.Load(Fixtures.Golden("text", "sd1"));
        var ids = tensor(new long[] { 16, Vocabulary + 1, 3, Vocabulary, 17, 17 }, 2, 3);
        var rows = randn(2, model.Config.HiddenSize);
        var embedded = ConceptLookup.Embed(model, ids, rows);
        var words = model.TokenEmbeddings(tensor(new long[] { 16, 0, 3, 0, 17, 17 }, 2, 3));
        Close.Absolute(rows[1], embedded[0, 1], 0);
        Close.Absolute(rows[0], embedded[1, 0], 0);
        Close.Absolute(words[0, 0], embedded[0, 0], 0);
        Close.Absolute(words[1, 2], embedded[1, 2], 0);
    }

    [Fact]
    public void Without_rows_the_table_alone_is_read()
    {
        using var scope = NewDisposeScope();
        using var model = ClipTextModel.Load(Fixtures.Golden("text", "sd1"));
        var ids = tensor(new long[] { 16, 3, 17 }, 1, 3);
        Close.Absolute(model.TokenEmbeddings(ids), ConceptLookup.Embed(model, ids, null), 0);
    }

    [Fact]
    public void Gradients_reach_the_used_rows_only_and_equal_those_of_a_longer_table()
    {
        using var scope = NewDisposeScope();
        using var model = ClipTextModel.Load(Fixtures.Golden("text", "sd1"));
        var table = Table(model);
        var before = table.detach().clone();
        foreach (var parameter in model.parameters())
        {
            parameter.requires_grad = false;
        }

        var rows = randn(3, model.Config.HiddenSize).requires_grad_();
        var ids = tensor(new long[] { 16, Vocabulary, 0, Vocabulary, Vocabulary + 2, 17 }, 1, 6);
        var weight = randn(1, 6, model.Config.HiddenSize);
        (model.Encode(ConceptLookup.Embed(model, ids, rows), ids).LastHiddenState * weight).sum().backward();

        using var longer = new ClipTextModel(model.Config with { VocabularySize = Vocabulary + 3 });
        foreach (var (name, value) in model.state_dict().Where(p => !p.Key.Contains("token_embedding", StringComparison.Ordinal)))
        {
            using var noGradient = no_grad();
            longer.state_dict()[name].copy_(value);
        }

        using (no_grad())
        {
            Table(longer).copy_(cat([before, rows.detach()]));
        }

        (longer.Encode(longer.TokenEmbeddings(ids), ids).LastHiddenState * weight).sum().backward();
        Close.OfLargest(Table(longer).grad!.narrow(0, Vocabulary, 3), rows.grad!, 1e-6, "gradient of the rows");
        Assert.Equal(0, rows.grad![1].abs().sum().item<float>());
        Assert.True(model.parameters().All(p => p.grad is null));
        Assert.True(table.Equals(before));
    }

    private static TorchSharp.Modules.Parameter Table(ClipTextModel model) => model.get_parameter("text_model.embeddings.token_embedding.weight")!;
}
