using Diptych.Common;
using Diptych.Common.Weights;
using Diptych.Tests.Trajectories;
using Diptych.TextualInversion;
using static TorchSharp.torch;

namespace Diptych.Tests.TextualInversion;

public sealed class EmbeddingFileTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void A_word_comes_back_with_its_name_and_rows(int vectors)
    {
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        var rows = arange(vectors * 4, dtype: ScalarType.Float32).reshape(vectors, 4);

        EmbeddingFile.Write(folder.In(EmbeddingFile.Name), "<my-dog>", rows);
        var (word, read) = EmbeddingFile.Read(folder.Path);

        Assert.Equal("<my-dog>", word);
        Assert.Equal(rows.shape, read.shape);
        Assert.Equal(rows.data<float>().ToArray(), read.data<float>().ToArray());
    }

    [Fact]
    public void A_single_row_may_be_a_plain_vector_in_half_precision()
    {
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        SafetensorsWriter.Write(folder.In("x.safetensors"), [KeyValuePair.Create("<x>", ones(4, dtype: ScalarType.Float16))]);

        var (_, rows) = EmbeddingFile.Read(folder.In("x.safetensors"));

        Assert.Equal([1, 4], rows.shape);
        Assert.Equal(ScalarType.Float32, rows.dtype);
    }

    [Fact]
    public void Other_layouts_are_refused_by_name()
    {
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        SafetensorsWriter.Write(folder.In("two.safetensors"), [KeyValuePair.Create("a", ones(4)), KeyValuePair.Create("b", ones(4))]);
        SafetensorsWriter.Write(folder.In("cube.safetensors"), [KeyValuePair.Create("a", ones(1, 2, 4))]);

        Assert.Contains("holds 2 tensors", Assert.Throws<DiptychException>(() => EmbeddingFile.Read(folder.In("two.safetensors"))).Message, StringComparison.Ordinal);
        Assert.Contains("3 dimensions", Assert.Throws<DiptychException>(() => EmbeddingFile.Read(folder.In("cube.safetensors"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_diffusers_wrote_is_read()
    {
        var (word, rows) = EmbeddingFile.Read(Fixtures.Require("fixtures", "training", "ti-object", "learned_embeds.safetensors"));
        using (rows)
        {
            Assert.StartsWith("<", word, StringComparison.Ordinal);
            Assert.Equal(1, rows.shape[0]);
        }
    }
}
