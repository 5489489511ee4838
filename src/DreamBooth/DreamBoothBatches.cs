using Diptych.Common.Pipelines;
using Diptych.Common.Runtime;
using Diptych.Common.Training;
using static TorchSharp.torch;

namespace Diptych.DreamBooth;

/// <summary>
/// Builds the batch of a pass: the subject's photos with the instance prompt and, with prior preservation, as many class images with the class prompt behind them.
/// </summary>
internal sealed class DreamBoothBatches : IDisposable
{
    private readonly StableDiffusion _sd;
    private readonly PhotoLatents _photos;
    private readonly PhotoLatents? _classImages;
    private readonly DreamBoothOptions _options;
    private readonly Tensor _instanceIds;
    private readonly Tensor? _classIds;

    public DreamBoothBatches(StableDiffusion sd, PhotoLatents photos, PhotoLatents? classImages, DreamBoothOptions options)
    {
        (_sd, _photos, _classImages, _options) = (sd, photos, classImages, options);
        _instanceIds = sd.Tokenize([options.InstancePrompt]).DetachFromDisposeScope();
        _classIds = classImages is null ? null : sd.Tokenize([options.ClassPrompt!]).DetachFromDisposeScope();
    }

    /// <summary>As the reference: the longer of the two sets, the shorter one repeated.</summary>
    public int DatasetLength => Math.Max(_photos.Count, _classImages?.Count ?? 0);

    public TrainingBatch Build(MicroBatch pass)
    {
        var own = Half(pass, _photos, _instanceIds, RandomPurpose.Order, firstSample: 0);
        if (_classImages is null)
        {
            return own;
        }

        var prior = Half(pass, _classImages, _classIds!, RandomPurpose.ClassOrder, NoiseDraws.ClassSamples);
        return new TrainingBatch(
            cat([own.Latents, prior.Latents]), cat([own.Noise, prior.Noise]), cat([own.Timesteps, prior.Timesteps]), cat([own.TokenIds, prior.TokenIds]));
    }

    public void Dispose()
    {
        _instanceIds.Dispose();
        _classIds?.Dispose();
    }

    private TrainingBatch Half(MicroBatch pass, PhotoLatents images, Tensor ids, RandomPurpose order, int firstSample)
    {
        var seed = _options.Training.Seed;
        var latents = images.Draw(order, pass, repeats: 1, firstSample);
        return new TrainingBatch(
            latents,
            NoiseDraws.Normal(seed, RandomPurpose.Noise, pass, firstSample, pass.Count, latents.shape[1..]).to(_sd.Device),
            NoiseDraws.Timesteps(seed, pass, firstSample, pass.Count, _sd.Schedule.TrainTimesteps).to(_sd.Device),
            ids.expand(pass.Count, -1));
    }
}
