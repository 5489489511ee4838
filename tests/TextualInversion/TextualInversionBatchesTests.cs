using Diptych.Common.Runtime;
using Diptych.Common.Training;
using Diptych.DreamBooth;
using Diptych.Tests.Trajectories;
using Diptych.TextualInversion;
using static TorchSharp.torch;

namespace Diptych.Tests.TextualInversion;

public sealed class TextualInversionBatchesTests
{
    private const int Seed = 5;

    [Fact]
    public void By_default_both_methods_see_the_same_photos_with_the_same_noise_whatever_the_repeats()
    {
        using var scope = NewDisposeScope();
        using var lab = LabTraining.Open(Seed);
        var training = new TrainingOptions { Seed = Seed, TrainBatchSize = 2 };
        var options = Word(training) with { Repeats = 7 };
        using var concept = TextualInversionTrainer.Prepare(lab.Sd, options);
        var batches = new TextualInversionBatches(lab.Sd, lab.Photos, options);
        // The other method's batches are hidden from here as well.
        var type = typeof(DreamBoothTrainer).Assembly.GetType("Diptych.DreamBooth.DreamBoothBatches", throwOnError: true)!;
        using var other = (IDisposable)Activator.CreateInstance(type, lab.Sd, lab.Photos, null, new DreamBoothOptions { InstancePrompt = "a photo of sks dog", Training = training })!;
        var build = type.GetMethod("Build")!.CreateDelegate<Func<MicroBatch, TrainingBatch>>(other);
        var plan = new UpdatePlan(batches.DatasetLength, training);

        Assert.Equal(lab.Photos.Count, batches.DatasetLength);
        // More passes than an epoch has, so that the order of a later one is met too.
        foreach (var pass in Enumerable.Range(0, lab.Photos.Count + 1).SelectMany(update => plan.For(update)))
        {
            var (word, network) = (batches.Build(pass), build(pass));
            Close.Absolute(network.Latents, word.Latents, 0, $"latents of pass {pass.Index}");
            Close.Absolute(network.Noise, word.Noise, 0, $"noise of pass {pass.Index}");
            Close.Absolute(network.Timesteps, word.Timesteps, 0, $"timesteps of pass {pass.Index}");
        }
    }

    [Fact]
    public void In_parity_an_epoch_is_shuffled_with_all_its_repeats()
    {
        const int repeats = 3;
        using var scope = NewDisposeScope();
        using var lab = LabTraining.Open(Seed);
        var options = Word(new TrainingOptions { Seed = Seed, TrainBatchSize = 2, Parity = true }) with { Repeats = repeats };
        using var concept = TextualInversionTrainer.Prepare(lab.Sd, options);
        var batches = new TextualInversionBatches(lab.Sd, lab.Photos, options);
        var plan = new UpdatePlan(batches.DatasetLength, options.Training);

        Assert.Equal(repeats * lab.Photos.Count, batches.DatasetLength);
        foreach (var pass in Enumerable.Range(0, 5).SelectMany(update => plan.For(update)))
        {
            Close.Absolute(lab.Photos.Draw(RandomPurpose.Order, pass, repeats, firstSample: 0).Latents, batches.Build(pass).Latents, 0, $"latents of pass {pass.Index}");
        }
    }

    private static TextualInversionOptions Word(TrainingOptions training) => new() { PlaceholderToken = "<x>", InitializerToken = "dog", Training = training };
}
