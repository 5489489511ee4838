using Diptych.Common;
using Diptych.Common.Weights;
using static TorchSharp.torch;

namespace Diptych.Tests.Common.Weights;

public sealed class NetworkWeightsTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("diptych-network-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData(null, "diffusion_pytorch_model.safetensors", "diffusion_pytorch_model.fp16.safetensors", "diffusion_pytorch_model.bin", "diffusion_pytorch_model.safetensors")]
    [InlineData("fp16", "diffusion_pytorch_model.fp16.safetensors", "diffusion_pytorch_model.fp16.safetensors", "diffusion_pytorch_model.safetensors")]
    [InlineData(null, "diffusion_pytorch_model.fp16.safetensors", "diffusion_pytorch_model.fp16.safetensors", "config.json")]
    [InlineData(null, "model.safetensors.index.json", "model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors", "model.safetensors.index.json")]
    [InlineData("fp16", "model.safetensors.index.fp16.json", "model.fp16-00001-of-00002.safetensors", "model.safetensors.index.fp16.json", "model.safetensors.index.json")]
    [InlineData(null, "model.safetensors.index.fp16.json", "model.fp16-00001-of-00002.safetensors", "model.safetensors.index.fp16.json")]
    [InlineData(null, "pytorch_model.bin", "pytorch_model.bin")]
    [InlineData(null, "model.safetensors", "pytorch_model.bin", "model.safetensors")]
    [InlineData(null, "pytorch_model.bin.index.json", "pytorch_model-00001-of-00002.bin", "pytorch_model.bin.index.json")]
    [InlineData("fp16", "pytorch_model.fp16.bin", "pytorch_model.fp16.bin", "model.safetensors")]
    public void The_right_file_is_found(string? variant, string expected, params string[] files)
    {
        Touch(files);

        Assert.Equal(expected, Path.GetFileName(NetworkWeights.Find(_folder.FullName, variant)));
    }

    [Theory]
    [InlineData(null, "diffusion_pytorch_model.safetensors is missing", "config.json")]
    [InlineData(null, "bf16, fp16", "model.fp16.safetensors", "model.bf16.safetensors")]
    [InlineData("fp16", "without a variant", "model.safetensors")]
    [InlineData("ema", "but fp16", "model.fp16.safetensors", "model.safetensors")]
    public void What_cannot_be_chosen_is_said(string? variant, string expected, params string[] files)
    {
        Touch(files);

        var error = Assert.Throws<DiptychException>(() => NetworkWeights.Find(_folder.FullName, variant));

        Assert.Contains(_folder.FullName, error.Message, StringComparison.Ordinal);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Weights_in_several_files_read_as_one()
    {
        using var scope = NewDisposeScope();
        Write("model-1.safetensors", ("a", ones(2, 3)));
        Write("model-2.safetensors", ("b", zeros(4)));
        Index("""{"metadata":{"total_size":40},"weight_map":{"a":"model-1.safetensors","b":"model-2.safetensors"}}""");

        using var weights = NetworkWeights.Open(_folder.FullName);

        Assert.Equal(["a", "b"], weights.Entries.Keys.Order());
        Assert.Equal(6f, weights.Read("a").sum().item<float>());
        Assert.Equal([In("model-1.safetensors"), In("model-2.safetensors")], weights.Files);
    }

    [Theory]
    [InlineData("""{"weight_map":{"a":"model-1.safetensors","c":"model-1.safetensors"}}""", "lacks 'c'")]
    [InlineData("""{"weight_map":{"a":"gone.safetensors"}}""", "gone.safetensors is missing")]
    [InlineData("""{"weight_map":{"a":"../model-1.safetensors"}}""", "no file beside it")]
    [InlineData("""{"a":1}""", "weight_map")]
    public void An_index_that_does_not_fit_is_named(string json, string expected)
    {
        using var one = ones(1);
        Write("model-1.safetensors", ("a", one));
        Index(json);

        Assert.Contains(expected, Assert.Throws<DiptychException>(() => NetworkWeights.Open(_folder.FullName)).Message, StringComparison.Ordinal);
    }

    private void Index(string json) => File.WriteAllText(In("model.safetensors.index.json"), json);

    private void Write(string name, params (string Name, Tensor Value)[] tensors) => SafetensorsWriter.Write(In(name), tensors.Select(t => KeyValuePair.Create(t.Name, t.Value)));

    private void Touch(string[] files)
    {
        foreach (var file in files)
        {
            File.WriteAllText(In(file), "");
        }
    }

    private string In(string name) => Path.Combine(_folder.FullName, name);
}
