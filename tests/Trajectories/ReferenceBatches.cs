using Diptych.Common.Pipelines;
using Diptych.Common.Text;
using Diptych.Common.Training;
using Diptych.Common.Unet;
using static TorchSharp.torch;

namespace Diptych.Tests.Trajectories;

/// <summary>Builds our batch from the pixels and noise the reference drew, checking each thing the reference made of them on the way.</summary>
internal static class ReferenceBatches
{
    public static TrainingBatch Build(StableDiffusion sd, ReferenceRun reference, MicroBatch pass, PromptTokens tokens, Func<Tensor, IReadOnlyList<SizeConditioning>>? sizes = null)
    {
        using var noGradient = no_grad();
        var pixels = reference.Read(pass.Index, "pixel_values");
        var latents = sd.Vae.Scale(sd.Vae.Encode(pixels).Sample(reference.Read(pass.Index, "posterior_eps")));
        Close.Absolute(reference.Read(pass.Index, "latents"), latents, 1e-4, $"latents of pass {pass.Index}");
        // With the offset, where the run adds one.
        var noise = reference.Read(pass.Index, reference.Has(pass.Index, "total_noise") ? "total_noise" : "noise");
        var timesteps = reference.Read(pass.Index, "timesteps");
        Close.Absolute(reference.Read(pass.Index, "noisy"), sd.Schedule.AddNoise(latents, noise, timesteps), 1e-4, $"noised latents of pass {pass.Index}");
        return new TrainingBatch(latents, noise, timesteps, tokens, sizes is null ? null : sd.TimeIds(sizes(pixels)));
    }
}
