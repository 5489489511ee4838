using Diptych.Common;
using Diptych.Common.Diffusion;
using Diptych.Common.Pipelines;
using Diptych.Common.Runtime;
using Diptych.Common.Training;
using Diptych.Common.Unet;
using Diptych.DreamBooth;
using Diptych.Tests.Trajectories;
using static TorchSharp.torch;

namespace Diptych.Tests.DreamBooth;

public sealed class DreamBoothStepTests
{
    private const double Gamma = 5;

    private static readonly DreamBoothOptions Options = new() { InstancePrompt = "a photo of sks dog", ClassPrompt = "a photo of dog", WithPriorPreservation = true, SnrGamma = Gamma };

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, false)]
    [InlineData(1, true)]
    public void Min_SNR_weighs_the_subject_by_its_own_timesteps_and_in_parity_by_all(int photos, bool parity)
    {
        using var scope = NewDisposeScope();
        using var sd = StableDiffusion.Load(LabTraining.Model);
        var batch = Batch(sd, photos);

        using var step = new DreamBoothStep(sd, Options with { PriorLossWeight = 0.5, Training = Options.Training with { Parity = parity } });
        var loss = step.Loss(batch);

        var draw = DiffusionDraw.Create(batch.Latents, batch.Noise, batch.Timesteps, sd.Schedule);
        var errors = DenoisingLoss.PerSample(sd.UNet.forward(draw.Noised, draw.Timesteps, sd.Text.Encode(batch.Tokens)), draw.Target);
        var weights = sd.Schedule.MinSnrWeights(batch.Timesteps, Gamma);
        var own = errors[..photos] * (parity ? weights.mean() : weights[..photos]);
        Close.OfLargest(own.mean() + 0.5 * errors[photos..].mean(), loss, 1e-5);
    }

    [Fact]
    public void In_parity_weights_that_do_not_fit_the_batch_are_refused_before_the_run_begins()
    {
        using var folder = new TemporaryFolder();
        using var lab = LabTraining.Open();
        var options = Options with { Training = Options.Training with { Parity = true, TrainBatchSize = 2 } };

        var error = Assert.Throws<DiptychException>(() => DreamBoothTrainer.Train(lab.Sd, lab.Photos, lab.Photos, options, folder.In("run"), cancellation: TestContext.Current.CancellationToken));

        Assert.Contains("--snr-gamma", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void XL_learns_with_both_text_encoders_and_every_weight_the_picture_depends_on_has_a_gradient()
    {
        using var scope = NewDisposeScope();
        using var sd = StableDiffusion.Load(Fixtures.Require("fixtures", "models", "tiny-sdxl"));
        using var step = new DreamBoothStep(sd, Options with { TrainTextEncoder = true });

        step.Loss(Batch(sd, 1)).backward();

        var without = step.Trainable.Where(p => p.Value.grad is null).Select(p => p.Name).ToList();
        // The UNet reads the last but one state of the first encoder: its last block and final norm are never asked.
        var last = sd.TextEncoder.Config.Transformer.Layers - 1;
        Assert.All(without, name => Assert.True(
            name.StartsWith($"text_encoder.text_model.encoder.layers.{last}.", StringComparison.Ordinal) || name.StartsWith("text_encoder.text_model.final_layer_norm.", StringComparison.Ordinal), name));
        Assert.Contains(step.Trainable, p => p.Name == "text_encoder_2.text_projection.weight");
        Assert.Contains(step.Trainable, p => p.Name == "unet.add_embedding.linear_1.weight");
    }

    [Fact]
    public void Prompts_that_are_kept_between_steps_are_those_of_the_batch()
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using var sd = StableDiffusion.Load(LabTraining.Model);
        var batch = Batch(sd, 1);
        var others = batch with { Tokens = sd.Tokenize(["a photo of a red car", "a photo of a blue car"]) };
        float Alone(TrainingBatch of)
        {
            using var step = new DreamBoothStep(sd, Options);
            return step.Loss(of).item<float>();
        }

        using var step = new DreamBoothStep(sd, Options);
        float[] losses = [.. new[] { batch, batch, others, batch }.Select(of => step.Loss(of).item<float>())];

        Assert.True(step.ReadsPromptsAhead);
        Assert.Equal([Alone(batch), Alone(batch), Alone(others), Alone(batch)], losses);
        Assert.NotEqual(losses[0], losses[2]);
    }

    private static TrainingBatch Batch(StableDiffusion sd, int photos)
    {
        var random = new RandomStream(1, RandomPurpose.Other);
        long[] shape = [2 * photos, sd.Vae.Config.LatentChannels, 8, 8];
        long[] times = [.. Enumerable.Range(0, 2 * photos).Select(i => 20L + 150 * i)];
        string[] prompts = [.. Enumerable.Repeat(Options.InstancePrompt, photos), .. Enumerable.Repeat(Options.ClassPrompt!, photos)];
        return new TrainingBatch(random.Normal(shape), random.Normal(shape), tensor(times), sd.Tokenize(prompts), sd.TimeIds([.. prompts.Select(_ => SizeConditioning.Whole(64, 64))]));
    }
}
