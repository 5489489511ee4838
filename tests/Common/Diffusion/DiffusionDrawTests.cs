using Diptych.Common.Diffusion;
using static TorchSharp.torch;

namespace Diptych.Tests.Common.Diffusion;

public sealed class DiffusionDrawTests
{
    [Fact]
    public void A_draw_holds_the_noised_latents_and_the_target_of_its_schedule()
    {
        using var scope = NewDisposeScope();
        using var schedule = new NoiseSchedule(new() { PredictionType = PredictionType.VPrediction });
        var (latents, noise, timesteps) = (randn(2, 4, 3, 3), randn(2, 4, 3, 3), tensor(new[] { 3L, 900L }));
        var draw = DiffusionDraw.Create(latents, noise, timesteps, schedule);
        Assert.Same(latents, draw.Latents);
        Assert.Same(noise, draw.Noise);
        Assert.Same(timesteps, draw.Timesteps);
        Assert.Equal(0, Close.MaxDifference(schedule.AddNoise(latents, noise, timesteps), draw.Noised));
        Assert.Equal(0, Close.MaxDifference(schedule.Velocity(latents, noise, timesteps), draw.Target));
    }
}
