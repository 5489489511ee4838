using Diptych.Common;
using Diptych.Common.Weights;

namespace Diptych.Tests.Common.Weights;

public sealed class WeightFileTests : IDisposable
{
    private readonly string _path = Path.Combine(Path.GetTempPath(), $"diptych-{Guid.NewGuid():N}.ckpt");

    public void Dispose() => File.Delete(_path);

    [Theory]
    [InlineData("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n", "Git LFS pointer")]
    [InlineData("<!DOCTYPE html><html>sign in</html>", "web page")]
    [InlineData("GGUF\u0003\u0000\u0000\u0000 and more", "GGUF")]
    [InlineData("hello, this is only text", "cut short")]
    [InlineData("", "0 bytes")]
    public void What_is_not_weights_is_named(string content, string expected)
    {
        File.WriteAllText(_path, content);

        var error = Assert.Throws<DiptychException>(() => WeightFile.Open(_path));

        Assert.Contains(_path, error.Message, StringComparison.Ordinal);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void Hdf5_is_named()
    {
        File.WriteAllBytes(_path, [0x89, (byte)'H', (byte)'D', (byte)'F', 13, 10, 26, 10]);

        Assert.Contains("HDF5", Assert.Throws<DiptychException>(() => WeightFile.Open(_path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_safetensors_file_called_otherwise_is_read()
    {
        File.Copy(Fixtures.Golden("weights", "expected.safetensors"), _path);

        using var file = WeightFile.Open(_path);

        Assert.Contains("three_half", file.Entries.Keys);
    }

    [Fact]
    public void A_missing_file_is_named() =>
        Assert.Contains(_path, Assert.Throws<DiptychException>(() => WeightFile.Open(_path)).Message, StringComparison.Ordinal);
}
