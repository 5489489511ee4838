using Diptych.Common;
using Diptych.Common.Weights;
using Diptych.Tests.Common.Weights.Pickles;
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
        Assert.Equal("learned_embeds-steps-500.safetensors", EmbeddingFile.NameAt(500));
        EmbeddingFile.Write(folder.In(EmbeddingFile.NameAt(500)), "<x>", ones(1, 3), ones(1, 5));
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

    [Theory]
    [InlineData("emb_params")]
    [InlineData("emp_params")]
    [InlineData("clip_l")]
    public void Rows_that_name_no_word_take_the_files_name_as_the_word(string name)
    {
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        SafetensorsWriter.Write(folder.In("my-dog.safetensors"), [KeyValuePair.Create(name, ones(2, 4))]);

        using var read = EmbeddingFile.Read(folder.In("my-dog.safetensors"));

        Assert.Equal("my-dog", read.Token);
        Assert.Equal([2, 4], Assert.Single(read.Rows).shape);
    }

    [Fact]
    public void A_table_of_words_gives_the_entry_for_any_word_or_its_only_one()
    {
        using var folder = new TemporaryFolder();
        static PickleBytes Rows(PickleBytes p, int first) => p.Tensor("FloatStorage", "0", 4, first, [1, 2], [2, 1]);
        Pickle(folder.In("any.pt"), p => p.Table(
            ("string_to_token", t => t.Table(("*", v => v.Whole(265)))),
            ("string_to_param", t => t.Table(("x", v => Rows(v, 0)), ("*", v => Rows(v, 2)))),
            ("name", v => v.Text("another name"))));
        Pickle(folder.In("only.pt"), p => p.Table(
            ("string_to_token", t => t.Table(("my-word", v => v.Tensor("FloatStorage", "0", 4, 0, [1], [1])))),
            ("string_to_param", t => t.Table(("my-word", v => Rows(v, 2))))));
        Pickle(folder.In("two.pt"), p => p.Table(("string_to_param", t => t.Table(("x", v => Rows(v, 0)), ("y", v => Rows(v, 2))))));

        foreach (var name in (string[])["any", "only"])
        {
            using var read = EmbeddingFile.Read(folder.In($"{name}.pt"));
            Assert.Equal(name, read.Token);
            Assert.Equal([3f, 4f], Assert.Single(read.Rows).data<float>().ToArray());
        }

        Assert.Contains("holds 2 tensors (string_to_param.x, string_to_param.y)", Refusal(folder.In("two.pt")), StringComparison.Ordinal);
    }

    [Fact]
    public void Pickles_are_read_from_the_folder_too_and_one_of_a_tensor_alone_has_its_files_name()
    {
        using var folder = new TemporaryFolder();
        Pickle(folder.In("learned_embeds.bin"), p => p.Table(("<x>", v => v.Tensor("FloatStorage", "0", 4, 0, [2, 2], [2, 1]))));
        Pickle(folder.In("my-dog.pt"), p => p.Tensor("FloatStorage", "0", 4, 0, [4], [1]));

        using var named = EmbeddingFile.Read(folder.Path);
        using var alone = EmbeddingFile.Read(folder.In("my-dog.pt"));

        Assert.Equal("<x>", named.Token);
        Assert.Equal([2, 2], Assert.Single(named.Rows).shape);
        Assert.Equal("my-dog", alone.Token);
        Assert.Equal([1, 4], Assert.Single(alone.Rows).shape);
    }

    [Fact]
    public void What_is_no_embedding_is_refused_by_what_was_found()
    {
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        Pickle(folder.In("settings.pt"), p => p.Table(("step", v => v.Whole(3))));
        SafetensorsWriter.Write(folder.In("ids.safetensors"), [KeyValuePair.Create("<x>", zeros(2, 4, dtype: ScalarType.Int64))]);
        SafetensorsWriter.Write(folder.In("model.safetensors"), Enumerable.Range(0, 6).Select(i => KeyValuePair.Create($"layer{i}", ones(4))));
        File.WriteAllBytes(folder.In("word.png"), [0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10, 0, 0]);

        Assert.Contains("settings.pt holds no tensor", Refusal(folder.In("settings.pt")), StringComparison.Ordinal);
        Assert.Contains("'<x>' is I64 [2,4]", Refusal(folder.In("ids.safetensors")), StringComparison.Ordinal);
        Assert.Contains("holds 6 tensors (layer0, layer1, layer2, layer3, ...)", Refusal(folder.In("model.safetensors")), StringComparison.Ordinal);
        Assert.Contains("word.png is a picture", Refusal(folder.In("word.png")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a1111.pt", "a1111", "three")]
    [InlineData("a1111-legacy.pt", "a1111-legacy", "one")]
    [InlineData("original.pt", "original", "one")]
    [InlineData("diffusers-half.bin", "<my-dog>", "three_half")]
    [InlineData("view-of-a-larger-table.bin", "<my-dog>", "one")]
    public void What_the_reference_and_other_programs_pickled_is_read(string file, string word, string rows) =>
        Check(Fixtures.Golden("weights", file), Fixtures.Golden("weights", "expected.safetensors"), word, rows);

    [Theory]
    [InlineData("custom-diffusion.bin", "<my-dog>", "one")]
    [InlineData("diffusers.bin", "<my-dog>", "one")]
    [InlineData("diffusers.safetensors", "<my-dog>", "one")]
    [InlineData("diffusers-3-vectors.safetensors", "<my-dog>", "three")]
    [InlineData("kohya.pt", "kohya", "three")]
    [InlineData("kohya.safetensors", "kohya", "three")]
    [InlineData("onetrainer.safetensors", "onetrainer", "three")]
    public void The_shared_files_of_every_program_hold_the_expected_rows(string file, string word, string rows) =>
        Check(Fixtures.Require("fixtures", "embeddings", file), Fixtures.Require("fixtures", "embeddings", "expected.safetensors"), word, rows);

    [Fact]
    public void The_shared_picture_with_a_word_in_it_is_refused_by_name() =>
        Assert.Contains("is a picture", Refusal(Fixtures.Require("fixtures", "embeddings", "a1111.png")), StringComparison.Ordinal);

    [Fact]
    public void What_diffusers_wrote_is_read()
    {
        using var word = EmbeddingFile.Read(Fixtures.Require("fixtures", "training", "ti-object", "learned_embeds.safetensors"));
        Assert.StartsWith("<", word.Token, StringComparison.Ordinal);
        Assert.Equal(1, Assert.Single(word.Rows).shape[0]);
    }

    private static void Check(string file, string expectations, string word, string rows)
    {
        using var scope = NewDisposeScope();
        using var expected = SafetensorsFile.Open(expectations);
        using var read = EmbeddingFile.Read(file);

        Assert.Equal(word, read.Token);
        Close.Absolute(expected.Read(rows), Assert.Single(read.Rows), 0, file);
        Assert.Equal(ScalarType.Float32, read.Rows[0].dtype);
    }

    private static string Refusal(string file)
    {
        var message = Assert.Throws<DiptychException>(() => EmbeddingFile.Read(file)).Message;
        Assert.DoesNotContain('\n', message);
        return message;
    }

    // Four numbers, 1 to 4, of which tensors are views.
    private static void Pickle(string path, Action<PickleBytes> write) => TorchFiles.WriteArchive(path, PickleBytes.Of(write), ("0", TorchFiles.Floats(1, 2, 3, 4)));
}
