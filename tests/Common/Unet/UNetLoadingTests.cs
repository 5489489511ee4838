using Diptych.Common;
using Diptych.Common.Unet;
using Diptych.Common.Weights;
using static TorchSharp.torch;

namespace Diptych.Tests.Common.Unet;

public sealed class UNetLoadingTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("diptych-unet-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(ScalarType.Float16)]
    [InlineData(ScalarType.BFloat16)]
    [InlineData(ScalarType.Float32)]
    public void Files_of_any_precision_fill_fp32_parameters(ScalarType stored)
    {
        using var scope = NewDisposeScope();
        using var saved = new UNet2DConditionModel(SmallUNet.Read(SmallUNet.Json));
        WriteConfig(SmallUNet.Json);
        SafetensorsWriter.Write(Weights(".safetensors"), saved.state_dict().ToDictionary(p => p.Key, p => p.Value.detach().to(stored)));
        using var loaded = UNet2DConditionModel.Load(_folder);
        foreach (var (name, parameter) in loaded.named_parameters())
        {
            Assert.Equal(ScalarType.Float32, parameter.dtype);
            Close.Absolute(saved.get_parameter(name)!.to(stored).to(ScalarType.Float32), parameter, 0, name);
        }
    }

    [Fact]
    public void Missing_weights_are_named_with_the_remedy()
    {
        WriteConfig(SmallUNet.Json);
        Refused("diffusion_pytorch_model.safetensors is missing", "download");
        File.WriteAllBytes(Weights(".bin"), [0]);
        Refused("diffusion_pytorch_model.bin");
    }

    [Fact]
    public void Another_components_folder_is_refused_by_its_class()
    {
        WriteConfig("""{ "_class_name": "AutoencoderKL" }""");
        Refused("config.json", "describes a AutoencoderKL, not a UNet2DConditionModel");
    }

    [Fact]
    public void A_missing_configuration_is_named() => Refused("config.json", "missing");

    private void Refused(params string[] parts)
    {
        var error = Assert.Throws<DiptychException>(() => UNet2DConditionModel.Load(_folder));
        Assert.All(parts, part => Assert.Contains(part, error.Message, StringComparison.Ordinal));
        Assert.DoesNotContain('\n', error.Message);
    }

    private string Weights(string suffix) => Path.Combine(_folder, "diffusion_pytorch_model" + suffix);

    private void WriteConfig(string json) => File.WriteAllText(Path.Combine(_folder, "config.json"), json);
}
