using Diptych.Common.Pipelines;
using Diptych.Common.Runtime;
using Diptych.Common.Text;
using Diptych.Common.Training;

namespace Diptych.TextualInversion;

/// <summary>Builds the batch of a pass: photos in a seeded order, each with a template drawn for it, and its noise and timestep.</summary>
internal sealed class TextualInversionBatches(StableDiffusion sd, PhotoLatents photos, TextualInversionOptions options)
{
    private readonly IReadOnlyList<string> _templates = Templates(options);

    public int DatasetLength => photos.Count * options.Repeats;

    public TrainingBatch Build(MicroBatch pass)
    {
        var seed = options.Training.Seed;
        var drawn = photos.Draw(RandomPurpose.Order, pass, options.Repeats, firstSample: 0);
        return new TrainingBatch(
            drawn.Latents,
            NoiseDraws.Normal(seed, RandomPurpose.Noise, pass, 0, pass.Count, drawn.Latents.shape[1..]).to(sd.Device),
            NoiseDraws.Timesteps(seed, pass, 0, pass.Count, sd.Schedule.TrainTimesteps).to(sd.Device),
            sd.Tokenize([.. Enumerable.Range(0, pass.Count).Select(i => Prompt(pass, i))]),
            sd.TimeIds(drawn.Sizes));
    }

    private string Prompt(MicroBatch pass, int sample)
    {
        var choice = new RandomStream(options.Training.Seed, RandomPurpose.Prompts, pass.Index, sample).Next(_templates.Count);
        return PromptTemplates.Fill(_templates[choice], options.PlaceholderToken);
    }

    private static IReadOnlyList<string> Templates(TextualInversionOptions options) => (options.TemplateFile, options.LearnableProperty) switch
    {
        ({ } file, _) => PromptTemplates.FromFile(file),
        (_, LearnableProperty.Style) => PromptTemplates.Style,
        _ => PromptTemplates.Object,
    };
}
