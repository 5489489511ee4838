using Diptych.Common.Unet;
using Diptych.Common.Weights;
using Diptych.StepTiming;

namespace Diptych.Tests.StepTiming;

public sealed class StepFlopsTests
{
    [Fact]
    public void Stable_Diffusion_1_counts_what_others_counted_by_hand()
    {
        // Published for 64 x 64 latents and 77 tokens: 803 GFLOP, of which attention 126.
        var flops = StepFlops.Of(Sd1(), 64, 77);
        Assert.InRange(flops.Dense + flops.Attention, 0.98 * 803e9, 1.02 * 803e9);
        Assert.InRange(flops.Attention, 0.97 * 126e9, 1.03 * 126e9);
    }

    [Fact]
    public void DreamBooth_pays_for_the_weights_gradients_besides()
    {
        var flops = StepFlops.Of(Sd1(), 32, 77);
        Assert.Equal(flops.Dense, flops.DreamBooth - flops.TextualInversion, 3);
    }

    [Fact]
    public void Guidance_pays_once_for_what_lies_before_the_text()
    {
        var flops = StepFlops.Of(Sd1(), 64, 77);
        // conv_in 4 to 320, then two convolutions of 320 and the time's projection.
        var shared = (2.0 * 9 * ((4 * 320) + (2 * 320 * 320)) * 64 * 64) + (2.0 * 1280 * 320);
        Assert.Equal((2 * (flops.Dense + flops.Attention)) - shared, flops.Guided, 3);
    }

    private static UNetConfig Sd1() => UNetConfig.Read(ConfigFile.Parse("sd1", """
        {"_class_name": "UNet2DConditionModel", "sample_size": 64, "cross_attention_dim": 768, "attention_head_dim": 8}
        """));
}
