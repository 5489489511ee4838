using System.IO.Compression;
using Diptych.Common;
using Diptych.Common.Weights;
using static TorchSharp.torch;

namespace Diptych.Tests.Common.Weights.Pickles;

public sealed class PickleFileTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("diptych-pickle-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("a1111.pt", "string_to_param.*", "three")]
    [InlineData("a1111-legacy.pt", "string_to_param.*", "one")]
    [InlineData("original.pt", "string_to_param.*", "one")]
    [InlineData("diffusers-half.bin", "<my-dog>", "three_half")]
    [InlineData("view-of-a-larger-table.bin", "<my-dog>", "one")]
    public void Files_of_the_reference_are_read(string file, string name, string expected)
    {
        using var scope = NewDisposeScope();
        using var known = SafetensorsFile.Open(Fixtures.Golden("weights", "expected.safetensors"));
        using var read = WeightFile.Open(Fixtures.Golden("weights", file));

        var wanted = known.Read(expected);
        var tensor = read.Read(name);

        Assert.Equal(wanted.dtype, tensor.dtype);
        Assert.True(wanted.reshape(-1).equal(tensor.reshape(-1)).all().item<bool>());
    }

    [Fact]
    public void Views_of_one_storage_come_out_as_they_were_seen()
    {
        using var scope = NewDisposeScope();
        var path = Archive(
            p => p.Table(
                ("row", v => v.Tensor("FloatStorage", "0", 12, 4, [1, 4], [4, 1])),
                ("transposed", v => v.Tensor("FloatStorage", "0", 12, 0, [4, 3], [1, 4])),
                ("column", v => v.Tensor("FloatStorage", "0", 12, 2, [3], [4])),
                ("one", v => v.Tensor("FloatStorage", "0", 12, 11, [], [])),
                ("none", v => v.Tensor("FloatStorage", "0", 12, 0, [0, 3], [3, 1]))),
            ("0", TorchFiles.Floats([.. Enumerable.Range(0, 12).Select(i => (float)i)])));

        using var file = WeightFile.Open(path);

        Assert.Equal([4f, 5, 6, 7], file.Read("row").data<float>().ToArray());
        Assert.Equal([0f, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11], file.Read("transposed").data<float>().ToArray());
        Assert.Equal([2f, 6, 10], file.Read("column").data<float>().ToArray());
        Assert.Equal(11f, file.Read("one").item<float>());
        Assert.Equal([0L, 3], file.Read("none").shape);
        using var part = empty(3);
        file.ReadInto("transposed", part, first: 3);
        Assert.Equal([1f, 5, 9], part.data<float>().ToArray());
    }

    [Fact]
    public void Views_of_storages_in_the_old_layout_begin_where_they_say()
    {
        using var scope = NewDisposeScope();
        var path = In("legacy.pt");
        TorchFiles.WriteLegacy(
            path,
            PickleBytes.Of(p => p.Table(
                ("view", v => v.Tensor("FloatStorage", "b", 4, 1, [2], [1], view: ("v", 2, 2))),
                ("whole", v => v.Tensor("HalfStorage", "a", 2, 0, [2], [1])))),
            ("a", 2, [0x00, 0x3c, 0x00, 0xc0]),
            ("b", 5, TorchFiles.Floats(0, 1, 2, 3, 4)));

        using var file = WeightFile.Open(path);

        Assert.Equal([3f, 4f], file.Read("view").data<float>().ToArray());
        Assert.Equal([1f, -2f], file.Read("whole").to_type(ScalarType.Float32).data<float>().ToArray());
    }

    [Theory]
    [InlineData("float8_e4m3fn", 0x7e, 448f)]
    [InlineData("float8_e5m2", 0x3c, 1f)]
    [InlineData("bfloat16", 0x40, 2f)]
    public void Types_without_a_storage_class_are_read(string dtype, byte value, float expected)
    {
        var bytes = dtype == "bfloat16" ? new byte[] { 0, value } : [value];
        var path = Archive(p => p.Table(("x", v => v.TensorOfDtype(dtype, "0", bytes.Length, [1], [1]))), ("0", bytes));

        using var file = WeightFile.Open(path);
        using var read = file.Read("x");
        using var wide = read.to_type(ScalarType.Float32);

        Assert.Equal(expected, wide[0].item<float>());
    }

    [Fact]
    public void A_training_checkpoint_gives_its_state_dict_by_name_and_its_step()
    {
        var path = Archive(
            p => p.Table(
                ("global_step", v => v.Whole(875000)),
                ("epoch", v => v.Raw(0x8a, 2, 0x39, 0x30)),
                ("callbacks", v => v.Raw('}').Global("pytorch_lightning.callbacks.model_checkpoint", "ModelCheckpoint").Raw('}', 's')),
                ("state_dict", v => v.Global("collections", "OrderedDict").Raw(')', 'R', '(').Text("a.weight").Tensor("FloatStorage", "0", 1, 0, [1], [1]).Raw('u').Table(("_metadata", m => m.Raw('N'))).Raw('b'))),
            ("0", TorchFiles.Floats(5)));

        using var file = WeightFile.Open(path);

        Assert.Equal(["a.weight"], file.Entries.Keys);
        Assert.Equal("875000", file.Metadata["global_step"]);
        Assert.Equal("12345", file.Metadata["epoch"]);
    }

    [Theory]
    [InlineData("os", "system")]
    [InlineData("posix", "system")]
    [InlineData("builtins", "eval")]
    [InlineData("builtins", "getattr")]
    [InlineData("torch", "load")]
    [InlineData("torch.nn.modules.linear", "Linear")]
    public void A_pickle_that_asks_for_code_is_refused_by_its_name(string module, string name)
    {
        var marker = In("executed");
        var path = Archive(p => p.Global(module, name).Raw('(').Text($"touch {marker}").Raw('t', 'R'));

        var error = Assert.Throws<DiptychException>(() => WeightFile.Open(path));

        Assert.Contains(path, error.Message, StringComparison.Ordinal);
        Assert.Contains($"{module}.{name}", error.Message, StringComparison.Ordinal);
        Assert.Contains("nothing was executed", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
        Assert.False(File.Exists(marker));
    }

    [Fact]
    public void A_name_that_stands_for_settings_cannot_be_called()
    {
        var path = Archive(p => p.Global("pytorch_lightning.callbacks.model_checkpoint", "ModelCheckpoint").Raw(')', 'R'));

        Assert.Contains("ModelCheckpoint", Assert.Throws<DiptychException>(() => WeightFile.Open(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_tensor_that_reaches_beyond_its_storage_is_refused()
    {
        foreach (var (first, shape, strides) in ((long, long[], long[])[])[(9, [4], [1]), (0, [4, 4], [4, 1]), (0, [2, 2], [100, 1]), (0, [int.MaxValue, int.MaxValue], [int.MaxValue, 1])])
        {
            var path = Archive(p => p.Table(("x", v => v.Tensor("FloatStorage", "0", 12, first, shape, strides))), ("0", new byte[48]));
            Assert.Contains("'x'", Assert.Throws<DiptychException>(() => WeightFile.Open(path)).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Tables_within_tables_without_end_are_refused()
    {
        // Each level holds the one below ten times over: ten to the fifteenth values in some hundred bytes.
        var path = Archive(p =>
        {
            p.Raw('}', 'q', 0);
            for (var level = 1; level < 15; level++)
            {
                p.Raw('}', '(');
                for (var i = 0; i < 10; i++)
                {
                    p.Whole(i).Raw('h', level - 1);
                }

                p.Raw('u', 'q', level);
            }
        });

        Assert.Throws<DiptychException>(() => WeightFile.Open(path));
    }

    [Fact]
    public void A_file_cut_or_changed_anywhere_is_read_or_refused_and_nothing_else()
    {
        foreach (var golden in (string[])["a1111.pt", "a1111-legacy.pt"])
        {
            var whole = File.ReadAllBytes(Fixtures.Golden("weights", golden));
            var path = In(golden);
            for (var at = 0; at < whole.Length; at++)
            {
                File.WriteAllBytes(path, whole[..at]);
                Assert.Throws<DiptychException>(() => Exercise(path));
                foreach (var flip in (byte[])[0xff, 0x01, 0x80])
                {
                    var changed = (byte[])whole.Clone();
                    changed[at] ^= flip;
                    File.WriteAllBytes(path, changed);
                    try
                    {
                        Exercise(path);
                    }
                    catch (DiptychException e)
                    {
                        Assert.DoesNotContain('\n', e.Message);
                    }
                }
            }
        }
    }

    [Theory]
    [InlineData("code/model.py", "TorchScript")]
    [InlineData("readme.txt", "data.pkl")]
    public void Archives_of_another_kind_are_named(string entry, string expected)
    {
        var path = In("other.pt");
        using (var zip = new ZipArchive(File.Create(path), ZipArchiveMode.Create))
        {
            TorchFiles.Add(zip, "archive/" + entry, [1, 2, 3], CompressionLevel.NoCompression);
            if (expected == "TorchScript")
            {
                TorchFiles.Add(zip, "archive/data.pkl", PickleBytes.Of(p => p.Raw('}')), CompressionLevel.NoCompression);
            }
        }

        Assert.Contains(expected, Assert.Throws<DiptychException>(() => WeightFile.Open(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_compressed_archive_is_named()
    {
        var path = In("packed.zip");
        using (var zip = new ZipArchive(File.Create(path), ZipArchiveMode.Create))
        {
            TorchFiles.Add(zip, "archive/data.pkl", new byte[1000], CompressionLevel.Optimal);
        }

        Assert.Contains("compressed zip archive", Assert.Throws<DiptychException>(() => WeightFile.Open(path)).Message, StringComparison.Ordinal);
    }

    private static void Exercise(string path)
    {
        using var scope = NewDisposeScope();
        using var file = WeightFile.Open(path);
        // A changed length of a tensor is found when it is opened; its numbers, when they are read.
        foreach (var entry in file.Entries.Values.Where(e => e.Elements < 1 << 16))
        {
            file.Read(entry.Name);
        }
    }

    private string Archive(Action<PickleBytes> write, params (string Key, byte[] Bytes)[] storages)
    {
        var path = In("archive.pt");
        TorchFiles.WriteArchive(path, PickleBytes.Of(write), storages);
        return path;
    }

    private string In(string name) => Path.Combine(_folder.FullName, name);
}
