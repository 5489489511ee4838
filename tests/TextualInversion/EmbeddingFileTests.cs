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
        var only = Assert.Single(read);
        Assert.Equal(rows.shape, only.shape);
        Assert.Equal(rows.data<float>().ToArray(), only.data<float>().ToArray());
    }

    [Fact]
    public void Rows_for_a_second_text_encoder_lie_in_a_file_beside_the_first()
    {
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();

        EmbeddingFile.Write(folder.In(EmbeddingFile.Name), "<my-dog>", ones(2, 3), zeros(2, 5));
        var (word, rows) = EmbeddingFile.Read(folder.In(EmbeddingFile.Name));

        Assert.True(File.Exists(folder.In("learned_embeds_2.safetensors")));
        Assert.Equal("<my-dog>", word);
        Assert.Equal([2, 3], rows[0].shape);
        Assert.Equal([2, 5], rows[1].shape);
        SafetensorsWriter.Write(folder.In("learned_embeds_2.safetensors"), [KeyValuePair.Create("<cat>", ones(1, 5))]);
        Assert.Contains("the word <cat> and", Assert.Throws<DiptychException>(() => EmbeddingFile.Read(folder.Path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Files_of_single_steps_keep_to_their_own_second_file()
    {
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        EmbeddingFile.Write(folder.In("learned_embeds-steps-500.safetensors"), "<x>", ones(1, 3), ones(1, 5));
        EmbeddingFile.Write(folder.In(EmbeddingFile.Name), "<y>", zeros(1, 3));

        Assert.True(File.Exists(folder.In("learned_embeds_2-steps-500.safetensors")));
        Assert.Equal(2, EmbeddingFile.Read(folder.In("learned_embeds-steps-500.safetensors")).Rows.Count);
        Assert.Single(EmbeddingFile.Read(folder.Path).Rows);
    }

    [Fact]
    public void Both_encoders_rows_in_one_file_take_the_files_name_as_the_word()
    {
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        SafetensorsWriter.Write(folder.In("my-dog.safetensors"), [KeyValuePair.Create("clip_g", ones(2, 5)), KeyValuePair.Create("clip_l", zeros(2, 3))]);

        var (word, rows) = EmbeddingFile.Read(folder.In("my-dog.safetensors"));

        Assert.Equal("my-dog", word);
        Assert.Equal([2, 3], rows[0].shape);
        Assert.Equal([2, 5], rows[1].shape);
    }

    [Fact]
    public void The_shared_files_of_a_model_with_two_encoders_hold_the_expected_rows()
    {
        using var scope = NewDisposeScope();
        using var expected = SafetensorsFile.Open(Fixtures.Require("fixtures", "embeddings", "expected.safetensors"));
        foreach (var name in (string[])["learned_embeds.safetensors", "sdxl-clip_l-clip_g.safetensors"])
        {
            var (_, rows) = EmbeddingFile.Read(Fixtures.Require("fixtures", "embeddings", name));
            Close.Absolute(expected.Read("xl1"), rows[0], 0, name);
            Close.Absolute(expected.Read("xl2"), rows[1], 0, name);
        }

        var refusal = Assert.Throws<DiptychException>(() => EmbeddingFile.Read(Fixtures.Require("fixtures", "embeddings", "other-model.safetensors"))).Message;
        Assert.Contains("clip_l, t5", refusal, StringComparison.Ordinal);
    }

    [Fact]
    public void A_single_row_may_be_a_plain_vector_in_half_precision()
    {
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        SafetensorsWriter.Write(folder.In("x.safetensors"), [KeyValuePair.Create("<x>", ones(4, dtype: ScalarType.Float16))]);

        var (_, rows) = EmbeddingFile.Read(folder.In("x.safetensors"));

        Assert.Equal([1, 4], rows[0].shape);
        Assert.Equal(ScalarType.Float32, rows[0].dtype);
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
        using var word = EmbeddingFile.Read(Fixtures.Require("fixtures", "training", "ti-object", "learned_embeds.safetensors"));
        Assert.StartsWith("<", word.Token, StringComparison.Ordinal);
        Assert.Equal(1, Assert.Single(word.Rows).shape[0]);
    }
}
