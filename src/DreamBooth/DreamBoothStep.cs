using Diptych.Common.Diffusion;
using Diptych.Common.Layers;
using Diptych.Common.Pipelines;
using Diptych.Common.Training;
using static TorchSharp.torch;

namespace Diptych.DreamBooth;

/// <summary>
/// DreamBooth (Ruiz et al., "DreamBooth: fine tuning text-to-image diffusion models for subject-driven generation", 2023, eq. 2):
/// the usual denoising loss on the instance prompt, and with prior preservation the same loss on the class's own images, weighted.
/// </summary>
public sealed class DreamBoothStep : ITrainingStep, IDisposable
{
    private readonly StableDiffusion _sd;
    private readonly DreamBoothOptions _options;
    private readonly PromptRows _prompts;

    /// <summary>Unfreezes the UNet, and the text encoders where the options say so.</summary>
    public DreamBoothStep(StableDiffusion sd, DreamBoothOptions options)
    {
        ArgumentNullException.ThrowIfNull(sd);
        ArgumentNullException.ThrowIfNull(options);
        (_sd, _options) = (sd, options);
        _prompts = new PromptRows(sd, options.TrainTextEncoder);
        sd.UNet.SetLearning(true);
        sd.Text.SetLearning(options.TrainTextEncoder);
        var encoders = options.TrainTextEncoder ? sd.Source.TextEncoders.Zip(sd.Text.Encoders, (name, encoder) => NamedParameter.Of(encoder.Model, name + ".")) : [];
        Trainable = [.. NamedParameter.Of(sd.UNet, "unet."), .. encoders.SelectMany(parameters => parameters)];
    }

    /// <inheritdoc/>
    public IReadOnlyList<NamedParameter> Trainable { get; }

    /// <inheritdoc/>
    public bool ReadsPromptsAhead => !_options.TrainTextEncoder;

    /// <inheritdoc/>
    public bool MayBeSplit => true;

    /// <summary>With prior preservation the subject's samples and the class's.</summary>
    public int Groups => _options.WithPriorPreservation ? 2 : 1;

    /// <inheritdoc/>
    public Tensor Loss(TrainingBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        using var scope = NewDisposeScope();
        var draw = DiffusionDraw.Create(batch.Latents, batch.Noise, batch.Timesteps, _sd.Schedule);
        var prompt = _prompts.For(batch.Tokens) with { TimeIds = batch.TimeIds };
        var prediction = _sd.UNet.forward(draw.Noised, draw.Timesteps, prompt);
        if (!_options.WithPriorPreservation)
        {
            return Own(prediction, draw.Target, draw.Timesteps).MoveToOuterDisposeScope();
        }

        // The batch holds the subject's half first, then the class's.
        var (predictions, targets) = (prediction.chunk(2), draw.Target.chunk(2));
        var own = Own(predictions[0], targets[0], TimestepsOfWeights(draw.Timesteps));
        var prior = DenoisingLoss.Mean(predictions[1], targets[1]);
        return (own + _options.PriorLossWeight * prior).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose() => _prompts.Dispose();

    private Tensor Own(Tensor prediction, Tensor target, Tensor timesteps) => _options.SnrGamma is { } gamma
        ? DenoisingLoss.Weighted(prediction, target, _sd.Schedule.MinSnrWeights(timesteps, gamma))
        : DenoisingLoss.Mean(prediction, target);

    // Whole in parity: the reference weighs its one photo by the mean of both halves' weights (and fails with more photos than one).
    private Tensor TimestepsOfWeights(Tensor timesteps) => _options.Training.Parity ? timesteps : timesteps.chunk(2)[0];
}
