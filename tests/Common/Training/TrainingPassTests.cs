using Diptych.Common.Pipelines;
using Diptych.Common.Runtime;
using Diptych.Common.Training;
using Diptych.DreamBooth;
using Diptych.Tests.Lab;
using Diptych.TextualInversion;
using static TorchSharp.torch;

namespace Diptych.Tests.Common.Training;

public sealed class TrainingPassTests
{
    [Fact]
    public void Textual_inversion_on_two_threads_learns_what_it_learns_on_one_and_the_same_bits_each_time()
    {
        using var scope = NewDisposeScope();
        using var sd = StableDiffusion.Load(LabFiles.Model.Model, CPU);
        using var concept = ConceptEmbedding.Create(sd, new TextualInversionOptions { PlaceholderToken = "<it>", InitializerToken = "dog" });

        AssertSplitIsWhole(sd, new TextualInversionStep(sd, concept), ["a photo of a <it>", "a <it>", "a <it> on the beach", "a sketch of a <it>", "<it>"]);
    }

    [Fact]
    public void So_does_dreambooth()
    {
        using var scope = NewDisposeScope();
        using var sd = StableDiffusion.Load(LabFiles.Model.Model, CPU);
        using var step = new DreamBoothStep(sd, new DreamBoothOptions { InstancePrompt = "a photo of sks dog" });

        Assert.True(step.MayBeSplit);
        AssertSplitIsWhole(sd, step, ["a photo of sks dog", "a photo of sks dog", "a dog", "a photo of sks dog", "a cat"]);
    }

    [Fact]
    public void So_does_dreambooth_with_prior_preservation_each_thread_with_samples_of_both_halves()
    {
        using var scope = NewDisposeScope();
        using var sd = StableDiffusion.Load(LabFiles.Model.Model, CPU);
        using var step = new DreamBoothStep(
            sd, new DreamBoothOptions { InstancePrompt = "a photo of sks dog", ClassPrompt = "a photo of a dog", WithPriorPreservation = true, PriorLossWeight = .7, SnrGamma = 5 });

        Assert.Equal((true, 2), (step.MayBeSplit, step.Groups));
        AssertSplitIsWhole(sd, step, ["a photo of sks dog", "a photo of sks dog", "a photo of sks dog", "a photo of a dog", "a photo of a dog", "a dog"]);
    }

    private static void AssertSplitIsWhole(StableDiffusion sd, ITrainingStep step, string[] prompts)
    {
        var random = new RandomStream(3, RandomPurpose.Other);
        long[] shape = [prompts.Length, sd.Vae.Config.LatentChannels, 16, 16];
        var timesteps = tensor(new long[] { 20, 300, 500, 700, 990, 10 }[..prompts.Length]);
        var batch = new TrainingBatch(random.Normal(shape), random.Normal(shape), timesteps, sd.Tokenize(prompts));

        (float Loss, Tensor[] Gradients) Pass(TrainingOptions options, int threads)
        {
            var before = get_num_threads();
            set_num_threads(threads);
            try
            {
                using var pass = new TrainingPass(step, options with { MixedPrecision = MixedPrecision.No });
                foreach (var parameter in step.Trainable)
                {
                    parameter.Value.grad = null;
                }

                var loss = pass.Backward(batch);
                Assert.False(loss.requires_grad);
                return (loss.item<float>(), [.. step.Trainable.Select(parameter => parameter.Value.grad!.clone())]);
            }
            finally
            {
                set_num_threads(before);
            }
        }

        var (whole, split, again) = (Pass(new() { Parity = true }, 2), Pass(new(), 2), Pass(new(), 2));
        Assert.Equal(whole.Loss, split.Loss, 1e-5);
        Assert.Equal(split.Loss, again.Loss);
        foreach (var (one, two, same) in whole.Gradients.Zip(split.Gradients, again.Gradients))
        {
            Close.OfLargest(one, two, 1e-4, "gradient");
            Assert.True(two.equal(same).all().item<bool>());
        }

        // Sums of two or three samples round differently from one of all: it was split.
        Assert.False(whole.Gradients[0].equal(split.Gradients[0]).all().item<bool>());
    }

    [Fact]
    public void A_part_of_a_batch_is_its_rows()
    {
        using var scope = NewDisposeScope();
        var random = new RandomStream(4, RandomPurpose.Other);
        var batch = new TrainingBatch(random.Normal(3, 4, 2, 2), random.Normal(3, 4, 2, 2), arange(3, dtype: ScalarType.Int64), new([arange(12, dtype: ScalarType.Int64).reshape(3, 4)]), random.Normal(3, 6));

        var part = batch.Part(1, 3);

        Assert.Equal((3, 2), (batch.Count, part.Count));
        Close.Absolute(batch.Latents[1], part.Latents[0], 0);
        Close.Absolute(batch.Noise[2], part.Noise[1], 0);
        Assert.Equal([1, 2], part.Timesteps.data<long>().ToArray());
        Assert.Equal([4, 5, 6, 7, 8, 9, 10, 11], part.Tokens.Ids[0].contiguous().data<long>().ToArray());
        Close.Absolute(batch.TimeIds![1], part.TimeIds![0], 0);

        var ofThree = batch.Part(0, 1, groups: 3);
        Close.Absolute(batch.Latents, ofThree.Latents, 0);
        var first = TrainingBatchOf(4).Part(1, 2, groups: 2);
        Assert.Equal([1, 3], first.Timesteps.data<long>().ToArray());
    }

    private static TrainingBatch TrainingBatchOf(int samples) =>
        new(zeros(samples, 4, 2, 2), zeros(samples, 4, 2, 2), arange(samples, dtype: ScalarType.Int64), new([zeros(samples, 4, dtype: ScalarType.Int64)]));
}
