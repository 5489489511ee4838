using System.Buffers.Binary;
using System.Text;
using Diptych.Common;
using Diptych.Common.Weights;
using static TorchSharp.torch;

namespace Diptych.Tests.Common.Weights;

public sealed class SafetensorsTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("diptych-safetensors-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Every_type_comes_back_as_it_was_written()
    {
        using var scope = NewDisposeScope();
        var tensors = new Dictionary<string, Tensor>
        {
            ["f32"] = tensor(new[] { 1f, -2f, float.Epsilon, 3.5f }).reshape(2, 2),
            ["f16"] = tensor(new[] { 1f, -2f }).to_type(ScalarType.Float16),
            ["bf16"] = tensor(new[] { 1f, -2f }).to_type(ScalarType.BFloat16),
            ["f64"] = tensor(new[] { 1.0, Math.PI }),
            ["i64"] = tensor(new[] { long.MinValue, 7L }),
            ["i32"] = tensor(new[] { -7 }),
            ["u8"] = tensor(new byte[] { 0, 255 }),
            ["bool"] = tensor(new[] { true, false }),
            ["scalar"] = tensor(3f),
            ["empty"] = empty(0, 4),
        };
        var path = In("all.safetensors");

        SafetensorsWriter.Write(path, tensors, new Dictionary<string, string> { ["note"] = "a \"quoted\" <token>" });
        using var file = SafetensorsFile.Open(path);

        Assert.Equal("pt", file.Metadata["format"]);
        Assert.Equal("a \"quoted\" <token>", file.Metadata["note"]);
        Assert.Equal(tensors.Keys.Order(), file.Entries.Keys.Order());
        foreach (var (name, written) in tensors)
        {
            var read = file.Read(name);
            Assert.Equal(written.dtype, read.dtype);
            Assert.Equal(written.shape, read.shape);
            Assert.True(written.NumberOfElements == 0 || written.equal(read).all().item<bool>(), name);
        }
    }

    [Theory]
    [InlineData("U16", new byte[] { 255, 255 }, 65535.0)]
    [InlineData("U32", new byte[] { 255, 255, 255, 255 }, 4294967295.0)]
    [InlineData("F8_E4M3", new byte[] { 0x7E }, 448.0)]
    [InlineData("F8_E4M3", new byte[] { 0x81 }, -0.001953125)]
    [InlineData("F8_E5M2", new byte[] { 0x7B }, 57344.0)]
    [InlineData("F8_E5M2", new byte[] { 0x3C }, 1.0)]
    public void Types_libtorch_lacks_are_widened(string dtype, byte[] raw, double expected)
    {
        var path = Raw($$$"""{"x":{"dtype":"{{{dtype}}}","shape":[1],"data_offsets":[0,{{{raw.Length}}}]}}""", raw);

        using var file = SafetensorsFile.Open(path);
        using var read = file.Read("x");
        using var wide = read.to_type(ScalarType.Float64);

        Assert.Equal(expected, wide[0].item<double>());
    }

    [Theory]
    [InlineData("""{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 4, "cut short")]
    [InlineData("""{"x":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}""", 8, "tensor 'x'")]
    [InlineData("""{"x":{"dtype":"F32","shape":[2],"data_offsets":[-4,4]}}""", 8, "tensor 'x'")]
    [InlineData("""{"x":{"dtype":"F31","shape":[2],"data_offsets":[0,8]}}""", 8, "unknown type F31")]
    [InlineData("""{"x":{"shape":[2],"data_offsets":[0,8]}}""", 8, "tensor 'x'")]
    [InlineData("""{"x":{"dtype":"F32","shape":[9223372036854775807,8],"data_offsets":[0,8]}}""", 8, "tensor 'x'")]
    [InlineData("""{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[4],"data_offsets":[2,6]}}""", 8, "overlaps")]
    [InlineData("""{"x": not json""", 8, "header is damaged")]
    public void Damage_is_named(string header, int dataBytes, string expected)
    {
        var path = Raw(header, new byte[dataBytes]);

        var error = Assert.Throws<DiptychException>(() => SafetensorsFile.Open(path));

        Assert.Contains(path, error.Message, StringComparison.Ordinal);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Theory]
    [InlineData("", "holds only 0 bytes")]
    [InlineData("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n", "Git LFS pointer")]
    [InlineData("this is a text, not weights at all", "no safetensors file or is cut short")]
    public void Files_of_another_kind_are_named(string content, string expected)
    {
        var path = In("x.safetensors");
        File.WriteAllText(path, content);

        var error = Assert.Throws<DiptychException>(() => SafetensorsFile.Open(path));

        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_cut_at_any_byte_is_refused_or_complete()
    {
        var path = In("whole.safetensors");
        using var matrix = ones(3, 5);
        SafetensorsWriter.Write(path, new Dictionary<string, Tensor> { ["x"] = matrix });
        var whole = File.ReadAllBytes(path);
        var cut = In("cut.safetensors");

        for (var length = 0; length < whole.Length; length++)
        {
            File.WriteAllBytes(cut, whole[..length]);
            Assert.Throws<DiptychException>(() => SafetensorsFile.Open(cut));
        }
    }

    [Fact]
    public void Writing_over_a_longer_file_leaves_no_trailing_bytes()
    {
        var path = In("x.safetensors");
        using var big = zeros(1000);
        using var small = zeros(1);
        SafetensorsWriter.Write(path, new Dictionary<string, Tensor> { ["x"] = big });

        SafetensorsWriter.Write(path, new Dictionary<string, Tensor> { ["x"] = small });

        using var file = SafetensorsFile.Open(path);
        var offset = ((StoredTensor)file.Entries["x"]).Offset;
        Assert.Equal(offset + 4, new FileInfo(path).Length);
        Assert.Equal(0, offset % 8);
    }

    [Fact]
    public void A_failed_write_keeps_the_file_that_was_there()
    {
        var path = In("x.bin");
        AtomicFile.WriteText(path, "before");

        Assert.Throws<InvalidOperationException>(() => AtomicFile.Write(path, s =>
        {
            s.WriteByte(1);
            throw new InvalidOperationException("interrupted");
        }));

        Assert.Equal("before", File.ReadAllText(path));
        Assert.Single(_folder.GetFiles());
    }

    private string In(string name) => Path.Combine(_folder.FullName, name);

    private string Raw(string header, byte[] data)
    {
        var json = Encoding.UTF8.GetBytes(header);
        var bytes = new byte[8 + json.Length + data.Length];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, json.Length);
        json.CopyTo(bytes, 8);
        data.CopyTo(bytes, 8 + json.Length);
        var path = In("raw.safetensors");
        File.WriteAllBytes(path, bytes);
        return path;
    }
}
