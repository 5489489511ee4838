using Diptych.Common.Diffusion;
using Diptych.Common.Pipelines;
using Diptych.Common.Text;
using Diptych.Common.Training;
using static TorchSharp.torch;

namespace Diptych.TextualInversion;

/// <summary>
/// Textual Inversion (Gal et al., "An image is worth one word", 2022, eq. 2): the usual denoising loss, but only the concept's rows can learn.
/// </summary>
public sealed class TextualInversionStep(StableDiffusion sd, ConceptEmbedding concept) : ITrainingStep
{
    /// <inheritdoc/>
    public IReadOnlyList<NamedParameter> Trainable { get; } = [new("rows", concept.Rows)];

    /// <inheritdoc/>
    public Tensor Loss(TrainingBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        using var scope = NewDisposeScope();
        var draw = DiffusionDraw.Create(batch.Latents, batch.Noise, batch.Timesteps, sd.Schedule);
        var words = ConceptLookup.Embed(sd.TextEncoder, batch.TokenIds, concept.Rows); // the concept's rows stand in for the placeholder here
        var prompt = sd.TextEncoder.Encode(words, batch.TokenIds).LastHiddenState;
        var prediction = sd.UNet.forward(draw.Noised, draw.Timesteps, prompt);
        return DenoisingLoss.Mean(prediction, draw.Target).MoveToOuterDisposeScope();
    }
}
