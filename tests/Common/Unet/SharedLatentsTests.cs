using Diptych.Common.Unet;
using TorchSharp;
using static TorchSharp.torch;

namespace Diptych.Tests.Common.Unet;

/// <summary>Guidance asks for one latent under two prompts: what both share is computed once, wherever in the network the text comes in first.</summary>
public sealed class SharedLatentsTests : IDisposable
{
    private const int Latents = 2;
    private const int Times = 2;

    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    public static TheoryData<string> Networks => new(
        SmallUNet.Json,
        Blocks("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"),
        Blocks("DownBlock2D", "DownBlock2D", "UpBlock2D", "UpBlock2D"),
        SmallUNet.ToldSizes);

    [Theory]
    [MemberData(nameof(Networks))]
    public void A_latent_under_two_prompts_is_what_it_is_under_each(string config)
    {
        using var noGradient = no_grad();
        random.manual_seed(3);
        using var network = new UNet2DConditionModel(SmallUNet.Read(config));
        var (sample, timesteps, text) = (randn(Latents, 4, 8, 8), tensor([7L, 700L]), randn(Times * Latents, 5, 6));
        var told = network.Config.Added is null ? new PromptConditioning(text) : new PromptConditioning(text, randn(Times * Latents, 10), randn(Times * Latents, 6).abs());

        var shared = network.call(sample, timesteps, told);
        var apart = network.call(sample.repeat(Times, 1, 1, 1), timesteps.repeat(Times), told);

        Assert.Equal([Times * Latents, 4, 8, 8], shared.shape);
        Close.Absolute(apart, shared, 1e-5, "shared");
        Assert.True(Close.MaxDifference(shared[0], shared[Latents]) > 1e-4, "the prompts make no difference");
    }

    [Fact]
    public void Prompts_that_fit_no_latent_are_refused()
    {
        using var noGradient = no_grad();
        using var network = new UNet2DConditionModel(SmallUNet.Read(SmallUNet.Json));
        var error = Assert.Throws<ArgumentException>(() => network.call(randn(2, 4, 8, 8), tensor(1L), new PromptConditioning(randn(3, 5, 6))));
        Assert.Contains("2 latents", error.Message, StringComparison.Ordinal);
    }

    private static string Blocks(string first, string second, string third, string fourth) =>
        SmallUNet.With("down_block_types", $"[\"{first}\", \"{second}\"]").Replace("\"UpBlock2D\",\"CrossAttnUpBlock2D\"", $"\"{third}\",\"{fourth}\"", StringComparison.Ordinal);
}
