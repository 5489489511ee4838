using Diptych.Common.Runtime;
using Diptych.Common.Vae;
using Diptych.Common.Weights;
using Diptych.Tests.Common.Layers;
using static TorchSharp.torch;

namespace Diptych.Tests.Common.Vae;

public sealed class AutoencoderStructureTests
{
    private readonly RandomStream _random = new(3, RandomPurpose.Other);

    [Fact]
    public void Channels_with_means_and_deviations_of_their_own_are_standardised_and_brought_back()
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var json = SmallAutoencoder.Json.TrimEnd().TrimEnd('}') + """, "scaling_factor": 0.5, "latents_mean": [1, 2, 3, 4], "latents_std": [1, 2, 4, 8] }""";
        using var vae = new AutoencoderKL(SmallAutoencoder.Read(json));
        var latents = zeros(1, 4, 2, 2);
        var scaled = vae.Scale(latents);
        Close.Absolute(tensor(new[] { -0.5f, -0.5f, -0.375f, -0.25f }), scaled[0, .., 1, 1], 0);
        Close.Absolute(latents, vae.Unscale(scaled), 1e-6);
        var posterior = new DiagonalGaussian(_random.Normal(1, 4, 2, 2), _random.Normal(1, 4, 2, 2));
        var eps = _random.Normal(1, 4, 2, 2);
        Close.Absolute(vae.Scale(posterior.Sample(eps)), vae.Standardise(posterior).Sample(eps) * 0.5, 1e-6);
    }

    [Theory]
    [InlineData("mid_block_add_attention", "mid_block.attentions.")]
    [InlineData("use_quant_conv", "quant_conv.")]
    [InlineData("use_post_quant_conv", "post_quant_conv.")]
    public void Parts_switched_off_have_no_weights_and_the_rest_still_runs(string key, string part)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using var full = new AutoencoderKL(SmallAutoencoder.Config());
        using var without = new AutoencoderKL(SmallAutoencoder.Config(key, "false"));
        Assert.Equal(full.state_dict().Keys.Where(k => part[0] == 'm' ? !k.Contains(part, StringComparison.Ordinal) : !k.StartsWith(part, StringComparison.Ordinal)), without.state_dict().Keys);
        Assert.Equal([1, 3, 16, 8], without.call(ones(1, 3, 16, 8)).shape);
    }

    [Fact]
    public void Attention_whose_output_is_zero_changes_nothing()
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using var with = new AutoencoderKL(SmallAutoencoder.Config());
        using var without = new AutoencoderKL(SmallAutoencoder.Config("mid_block_add_attention", "false"));
        var source = with.state_dict();
        foreach (var (name, target) in without.state_dict())
        {
            target.copy_(source[name]);
        }

        var picture = _random.Normal(1, 3, 8, 8);
        Assert.True(Close.MaxDifference(without.call(picture), with.call(picture)) > 1e-5);
        foreach (var (_, weight) in source.Where(p => p.Key.Contains(".to_out.0.", StringComparison.Ordinal)))
        {
            weight.zero_();
        }

        Close.Absolute(without.call(picture), with.call(picture), 1e-6);
    }

    [Theory]
    [InlineData(1000f, 20f)]
    [InlineData(-1000f, -30f)]
    public void Logarithms_of_variances_are_clamped(float raw, float expected)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using var vae = new AutoencoderKL(SmallAutoencoder.Config());
        vae.get_parameter("quant_conv.weight")!.zero_();
        vae.get_parameter("quant_conv.bias")!.fill_(raw);
        var posterior = vae.Encode(ones(1, 3, 8, 8));
        Close.Absolute(full([1, 4, 4, 4], expected), posterior.LogVariance, 0, "log variance");
        Close.Absolute(full([1, 4, 4, 4], raw), posterior.Mean, 0, "mean");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Attention_names_of_2022_load_as_matrices_and_as_1x1_convolutions(bool asConvolutions)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using var saved = new AutoencoderKL(SmallAutoencoder.Config());
        var folder = Directory.CreateTempSubdirectory("diptych-vae-").FullName;
        try
        {
            File.WriteAllText(Path.Combine(folder, "config.json"), SmallAutoencoder.Json);
            SafetensorsWriter.Write(Path.Combine(folder, "diffusion_pytorch_model.safetensors"), saved.state_dict().ToDictionary(
                p => p.Key.Replace("to_q", "query").Replace("to_k", "key").Replace("to_v", "value").Replace("to_out.0", "proj_attn"),
                p => asConvolutions && p.Key.Contains(".to_", StringComparison.Ordinal) && p.Value.dim() == 2 ? p.Value[.., .., TensorIndex.None, TensorIndex.None] : p.Value));
            using var loaded = AutoencoderKL.Load(folder);
            var picture = _random.Normal(1, 3, 8, 8);
            Close.Absolute(saved.call(picture), loaded.call(picture), 0);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void Encoding_and_decoding_leave_only_their_results_alive()
    {
        using var vae = new AutoencoderKL(SmallAutoencoder.Config());
        using var picture = ones(1, 3, 8, 8);
        using var latents = ones(1, 4, 4, 4);
        LiveTensors.Only(() => Encode(vae, picture));
        LiveTensors.Only(() => [vae.Decode(latents)]);
        using var noGradient = no_grad();
        LiveTensors.Only(() => Encode(vae, picture));
        LiveTensors.Only(() => [vae.Decode(latents)]);
        LiveTensors.Only(() => [vae.call(picture)]);
    }

    private static Tensor[] Encode(AutoencoderKL vae, Tensor picture)
    {
        var posterior = vae.Encode(picture);
        return [posterior.Mean, posterior.LogVariance];
    }
}
