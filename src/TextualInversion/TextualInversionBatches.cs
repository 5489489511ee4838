using Diptych.Common.Pipelines;
using Diptych.Common.Runtime;
using Diptych.Common.Text;
using Diptych.Common.Training;

namespace Diptych.TextualInversion;

/// <summary>Builds the batch of a pass: photos in a seeded order, each with a template drawn for it, and its noise and timestep.</summary>
internal sealed class TextualInversionBatches(StableDiffusion sd, PhotoLatents photos, TextualInversionOptions options)
{
    private readonly ConceptTemplates _templates = ConceptTemplates.Read(sd, options);

    public int DatasetLength => photos.Count * options.RepeatsInEffect;

    /// <summary>SHA-256 over the templates in use.</summary>
    public string TemplatesHash => _templates.Hash;

    public TrainingBatch Build(MicroBatch pass)
    {
        var seed = options.Training.Seed;
        var drawn = photos.Draw(RandomPurpose.Order, pass, options.RepeatsInEffect, firstSample: 0);
        return new TrainingBatch(
            drawn.Latents,
            NoiseDraws.Normal(seed, RandomPurpose.Noise, pass, 0, pass.Count, drawn.Latents.shape[1..]).SentTo(sd.Device),
            NoiseDraws.Timesteps(seed, pass, 0, pass.Count, sd.Schedule.TrainTimesteps).SentTo(sd.Device),
            sd.Tokenize([.. Enumerable.Range(0, pass.Count).Select(i => Prompt(pass, i))]),
            sd.TimeIds(drawn.Sizes));
    }

    private string Prompt(MicroBatch pass, int sample)
    {
        var choice = new RandomStream(options.Training.Seed, RandomPurpose.Prompts, pass.Index, sample).Next(_templates.Sentences.Count);
        return PromptTemplates.Fill(_templates.Sentences[choice], options.PlaceholderToken);
    }
}
