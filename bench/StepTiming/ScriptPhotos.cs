using Diptych.Common.Data;
using Diptych.Common.Pipelines;
using Diptych.Common.Runtime;
using static TorchSharp.torch;

namespace Diptych.StepTiming;

/// <summary>How the reference scripts feed a step: photos opened, decoded, resized and encoded by the autoencoder every time they come up.</summary>
internal sealed class ScriptPhotos(StableDiffusion sd, StepSetup setup, ImageTransform transform)
{
    private readonly IReadOnlyList<string> _files = setup.Files();

    /// <summary>The scaled latents of a step's photos, [n, C, h, w].</summary>
    public Tensor Latents(int step, PhaseClock clock)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var pixels = clock.Time(StepPhase.Load, () => ImageTensor.FromImages([.. Enumerable.Range(0, setup.BatchSize).Select(i => Prepared(step, i))]).to(setup.Device));
        return clock.Time(StepPhase.Vae, () =>
        {
            var posterior = sd.Vae.Encode(pixels);
            return sd.Vae.Scale(posterior.Sample(randn_like(posterior.Mean)));
        }).MoveToOuterDisposeScope();
    }

    private RgbImage Prepared(int step, int sample)
    {
        var photo = Photo.Load(_files[((step * setup.BatchSize) + sample) % _files.Count], transform.Reading).Image;
        return transform.Apply(photo, transform.Draw(photo.Width, photo.Height, new RandomStream(0, RandomPurpose.Augmentation, step, sample)));
    }
}
