using Diptych.Common.Pipelines;
using Diptych.Common.Text;
using Diptych.Common.Training;
using Diptych.TextualInversion;
using static TorchSharp.torch;

namespace Diptych.Tests.Trajectories;

/// <summary>The reference script's Textual Inversion, step by step, from the same pixels and noise.</summary>
[Trait("Tier", "Recipe")]
public sealed class TextualInversionTrajectoryTests
{
    [Theory]
    [InlineData("ti-object")]
    [InlineData("ti-style-3-vectors-accumulate")]
    [InlineData("ti-sd2-v")]
    [InlineData("ti-sdxl")]
    public void Every_loss_and_every_learned_row_is_the_references(string name)
    {
        using var reference = ReferenceRun.Open(name);
        using var folder = new TemporaryFolder();
        using var sd = StableDiffusion.Load(reference.ModelFolder);
        var style = reference.Argument("learnable_property", "object") == "style";
        var options = new TextualInversionOptions
        {
            PlaceholderToken = reference.Argument("placeholder_token"),
            InitializerToken = reference.Argument("initializer_token"),
            LearnableProperty = style ? LearnableProperty.Style : LearnableProperty.Object,
            NumVectors = (int)reference.Number("num_vectors", 1),
            Repeats = (int)reference.Number("repeats", 100),
            Training = reference.Options(defaultRate: 1e-4, defaultBatch: 16),
        };
        using var concept = ConceptEmbedding.Create(sd, options);
        var before = sd.Text.Encoders.Select(e => e.Model.state_dict().ToDictionary(p => p.Key, p => p.Value.clone())).ToList();
        var templates = (style ? PromptTemplates.Style : PromptTemplates.Object).Select(t => PromptTemplates.Fill(t, options.PlaceholderToken)).ToList();
        var prompts = sd.Text.Encoders.Select(e => templates.Select(t => string.Join(',', e.Tokenizer.EncodePadded(t))).ToHashSet()).ToList();
        var photos = sd.Source.IsXl ? ReferencePhotos.Load(reference.FolderOf("train_data_dir"), (int)reference.Number("resolution", 512)) : null;
        var plan = new UpdatePlan(reference.CountOf("train_data_dir") * options.Repeats, options.Training);
        var rate = LearningRateSchedule.Parse(options.Training.LrScheduler, options.Training.LrWarmupSteps, options.Training.MaxTrainSteps);

        TrainingBatch Batch(MicroBatch pass)
        {
            var tokens = new PromptTokens([.. sd.Text.Encoders.Select((_, i) => reference.Read(pass.Index, i == 0 ? "input_ids" : $"input_ids.{i}"))]);
            Assert.All(tokens.Ids.Zip(prompts), p => Assert.All(p.First.unbind(0), row => Assert.Contains(string.Join(',', row.data<long>()), p.Second)));
            return ReferenceBatches.Build(sd, reference, pass, tokens, photos is null ? null : photos.SizesOf);
        }

        void Check(int step, IReadOnlyList<double> losses)
        {
            var passes = plan.For(step);
            for (var i = 0; i < losses.Count; i++)
            {
                var expected = reference.Scalar(passes[i].Index, "loss");
                Assert.True(Math.Abs(losses[i] - expected) <= 1e-4 * expected, $"pass {passes[i].Index}: loss {losses[i]} for {expected}");
            }

            using var scope = NewDisposeScope();
            Close.Absolute(reference.Read(passes[^1].Index, "rows"), concept.Rows[0], 1e-4, $"rows after step {step}");
            // The reference logs the rate it will use next.
            Assert.Equal(reference.Scalar(passes[^1].Index, "lr"), rate.At(step + 1) * options.Training.EffectiveLearningRate, 1e-7);
        }

        new TrainingLoop(options.Training, new TextualInversionStep(sd, concept), reference.CountOf("train_data_dir") * options.Repeats, Batch) { Observe = Check }
            .Run(new TrainingRun(folder.Path, options.Training, new Dictionary<string, string>(), resume: false), cancellation: TestContext.Current.CancellationToken);

        using var written = EmbeddingFile.Read(reference.Folder);
        Assert.Equal(options.PlaceholderToken, written.Token);
        Assert.Equal(concept.Rows.Count, written.Rows.Count);
        Assert.All(written.Rows.Zip(concept.Rows), p => Close.Absolute(p.First, p.Second, 1e-4, "learned_embeds"));
        Assert.All(sd.Text.Encoders.Zip(before), e => Assert.All(e.First.Model.state_dict(), p => Assert.True(p.Value.equal(e.Second[p.Key]).all().item<bool>(), p.Key)));
        Assert.Equal(reference.Passes, Enumerable.Range(0, options.Training.MaxTrainSteps).Sum(u => plan.For(u).Count));
    }
}
