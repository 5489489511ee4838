using Diptych.Common.Pipelines;
using Diptych.Common.SingleFile;
using Diptych.Common.Weights;
using Diptych.Tests.Common.Data;
using Diptych.Tests.Common.SingleFile;
using TorchSharp;
using static TorchSharp.torch;

namespace Diptych.Tests.Common.Pipelines;

public sealed class RandomModelTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_random_model_loads_and_its_numbers_stay_finite()
    {
        using var scope = NewDisposeScope();
        Write("a", seed: 1);
        var place = new WeightPlacement(CPU, ScalarType.Float32);
        var unet = Diptych.Common.Unet.UNet2DConditionModel.Load(NetworkSource.Folder(In("a", "unet")), place);
        using var text = randn(1, 4, unet.Config.CrossAttentionDim);
        using var noGradient = no_grad();

        var drawn = unet.forward(randn(1, unet.Config.InChannels, 8, 8), tensor(500L), new(text));

        Assert.True(drawn.isfinite().all().item<bool>());
        Assert.InRange(drawn.std().item<float>(), 1e-3f, 1e3f);
        Assert.Equal(1f, unet.state_dict()["conv_norm_out.weight"].min().item<float>());
    }

    [Fact]
    public void The_seed_names_the_numbers()
    {
        using var scope = NewDisposeScope();
        Write("a", seed: 1);
        Write("again", seed: 1);
        Write("b", seed: 2);

        byte[] Of(string name) => File.ReadAllBytes(In(name, "unet", "diffusion_pytorch_model.safetensors"));
        Assert.Equal(Of("a"), Of("again"));
        Assert.NotEqual(Of("a"), Of("b"));
        using var weights = NetworkWeights.Open(In("a", "unet"));
        Assert.Equal("F16", weights.Entries["conv_in.weight"].FileDtype);
        // The same within a file, too: no tensor repeats another's numbers.
        using var one = weights.Read("down_blocks.0.resnets.0.conv1.weight");
        using var other = weights.Read("down_blocks.0.resnets.0.conv2.weight");
        Assert.NotEqual(one.flatten()[0].ToSingle(), other.flatten()[0].ToSingle());
    }

    [Theory]
    [InlineData(CheckpointFamily.StableDiffusion1, 4)]
    [InlineData(CheckpointFamily.StableDiffusion2, 4)]
    [InlineData(CheckpointFamily.StableDiffusionXL, 5)]
    public void Standard_configurations_are_built_in(CheckpointFamily family, int parts)
    {
        var configs = StandardModel.Configs(family);

        Assert.Equal(parts - 1, configs.Count);
        Assert.Equal(family == CheckpointFamily.StableDiffusionXL ? 128 : family == CheckpointFamily.StableDiffusion2 ? 96 : 64, Diptych.Common.Unet.UNetConfig.Read(configs.Single(c => c.Network == "unet").Config).SampleSize);
    }

    private void Write(string name, long seed) => RandomModel.WriteNetworks(
        In(name), ((string[])["unet", "vae", "text_encoder"]).Select(n => (n, ConfigFile.Read(Path.Combine(LabSingleFile.Model, n, "config.json")))), ScalarType.Float16, seed);

    private string In(params string[] parts) => Path.Combine([_folder.Root, .. parts]);
}
