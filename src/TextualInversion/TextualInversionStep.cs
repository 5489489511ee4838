using Diptych.Common.Diffusion;
using Diptych.Common.Pipelines;
using Diptych.Common.Training;
using static TorchSharp.torch;

namespace Diptych.TextualInversion;

/// <summary>
/// Textual Inversion (Gal et al., "An image is worth one word", 2022, eq. 2): the usual denoising loss, but only the concept's rows can learn.
/// </summary>
public sealed class TextualInversionStep(StableDiffusion sd, ConceptEmbedding concept) : ITrainingStep
{
    /// <inheritdoc/>
    public IReadOnlyList<NamedParameter> Trainable { get; } = [.. concept.Rows.Select((rows, i) => new NamedParameter(i == 0 ? "rows" : $"rows_{i + 1}", rows))];

    /// <inheritdoc/>
    public bool MayBeSplit => true;

    /// <inheritdoc/>
    public Tensor Loss(TrainingBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        using var scope = NewDisposeScope();
        var draw = DiffusionDraw.Create(batch.Latents, batch.Noise, batch.Timesteps, sd.Schedule);
        var prompt = sd.Text.Encode(batch.Tokens, concept.Rows) with { TimeIds = batch.TimeIds }; // the concept's rows stand in for the placeholder here
        var prediction = sd.UNet.forward(draw.Noised, draw.Timesteps, prompt);
        return DenoisingLoss.Mean(prediction, draw.Target).MoveToOuterDisposeScope();
    }
}
