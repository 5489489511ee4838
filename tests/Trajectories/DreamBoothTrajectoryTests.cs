using System.Text.Json;
using Diptych.Common.Pipelines;
using Diptych.Common.Training;
using Diptych.Common.Weights;
using Diptych.DreamBooth;
using static TorchSharp.torch;

namespace Diptych.Tests.Trajectories;

/// <summary>The reference script's DreamBooth, step by step, from the same pixels and noise.</summary>
[Trait("Tier", "Recipe")]
public sealed class DreamBoothTrajectoryTests
{
    [Theory]
    [InlineData("db-unet")]
    [InlineData("db-prior")]
    [InlineData("db-prior-text-encoder")]
    [InlineData("db-precomputed-accumulate")]
    [InlineData("db-sd2-v-min-snr")]
    public void Every_loss_and_the_final_weights_are_the_references(string name)
    {
        using var reference = ReferenceRun.Open(name);
        using var folder = new TemporaryFolder();
        using var sd = StableDiffusion.Load(reference.ModelFolder);
        var prior = reference.Flag("with_prior_preservation");
        var options = new DreamBoothOptions
        {
            InstancePrompt = reference.Argument("instance_prompt"),
            ClassPrompt = prior ? reference.Argument("class_prompt") : null,
            WithPriorPreservation = prior,
            PriorLossWeight = reference.Number("prior_loss_weight", 1),
            TrainTextEncoder = reference.Flag("train_text_encoder"),
            SnrGamma = reference.Argument("snr_gamma", "") is { Length: > 0 } ? reference.Number("snr_gamma", 0) : null,
            OffsetNoise = reference.Flag("offset_noise"),
            Training = reference.Options(defaultRate: 5e-6, defaultBatch: 4) with { MaxGradNorm = reference.Number("max_grad_norm", 1) },
        };
        var length = Math.Max(reference.CountOf("instance_data_dir"), prior ? reference.CountOf("class_data_dir") : 0);
        var plan = new UpdatePlan(length, options.Training);
        using var step = new DreamBoothStep(sd, options);

        TrainingBatch Batch(MicroBatch pass)
        {
            string[] own = [.. Enumerable.Repeat(options.InstancePrompt, pass.Count)];
            var tokens = sd.Tokenize(prior ? [.. own, .. Enumerable.Repeat(options.ClassPrompt!, pass.Count)] : own);
            if (reference.Has(pass.Index, "input_ids") && !reference.Flag("pre_compute_text_embeddings"))
            {
                Assert.Equal(reference.Read(pass.Index, "input_ids").data<long>().ToArray(), tokens.Ids[0].data<long>().ToArray());
            }

            return ReferenceBatches.Build(sd, reference, pass, tokens);
        }

        void Check(int update, IReadOnlyList<double> losses)
        {
            var passes = plan.For(update);
            for (var i = 0; i < losses.Count; i++)
            {
                var expected = reference.Scalar(passes[i].Index, "loss");
                Assert.True(Math.Abs(losses[i] - expected) <= 1e-4 * expected, $"pass {passes[i].Index}: loss {losses[i]} for {expected}");
            }
        }

        new TrainingLoop(options.Training, step, length, Batch) { Observe = Check }
            .Run(new TrainingRun(folder.Path, options.Training, new Dictionary<string, string>(), resume: false), cancellation: TestContext.Current.CancellationToken);

        CheckWhole(Path.Combine(reference.Folder, "final-some.safetensors"), sd.UNet);
        CheckSummaries(Path.Combine(reference.Folder, "final-UNet2DConditionModel.json"), sd.UNet, n => n);
        CheckSummaries(Path.Combine(reference.Folder, "final-CLIPTextModel.json"), sd.TextEncoder, n => n["text_model.".Length..]);
        Assert.Equal(reference.Passes, Enumerable.Range(0, options.Training.MaxTrainSteps).Sum(u => plan.For(u).Count));
    }

    // Adam divides by the root of the second moment: where a gradient is near zero its sign, and so the whole step of the learning rate's size, hangs on
    // rounding. Such elements may be off by steps x rate; all but one in a thousand must agree to 1e-4.
    private static void CheckWhole(string path, nn.Module network)
    {
        using var file = SafetensorsFile.Open(path);
        var state = network.state_dict();
        long off = 0, all = 0;
        var where = new List<string>();
        foreach (var name in file.Entries.Keys)
        {
            using var scope = NewDisposeScope();
            var difference = (file.Read(name) - state[name]).abs();
            var far = (difference > 1e-4).sum().item<long>();
            off += far;
            if (far > 0)
            {
                where.Add($"{name} ({far}, at most {difference.max().item<float>():g2})");
            }

            all += difference.NumberOfElements;
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{off} of {all} elements differ by more than 1e-4: {string.Join(", ", where)}");
        Assert.True(off <= all / 1000.0, $"{off} of {all} elements differ by more than 1e-4: {string.Join(", ", where)}");
    }

    // Every parameter by norm, sum, first and last element: norms within 1e-4 of their size, and the two elements as above.
    private static void CheckSummaries(string path, nn.Module network, Func<string, string> nameInFile)
    {
        var expected = JsonSerializer.Deserialize<Dictionary<string, double[]>>(File.ReadAllText(path))!;
        var far = new List<string>();
        foreach (var (name, parameter) in network.state_dict())
        {
            using var scope = NewDisposeScope();
            var wanted = expected[nameInFile(name)];
            var flat = parameter.detach().flatten().to_type(ScalarType.Float64);
            Assert.True(Math.Abs(flat.norm().item<double>() - wanted[0]) <= 1e-4 * Math.Max(1, wanted[0]), $"{name}: norm {flat.norm().item<double>()} for {wanted[0]}");
            if (Math.Abs(flat[0].item<double>() - wanted[2]) > 1e-4 || Math.Abs(flat[-1].item<double>() - wanted[3]) > 1e-4)
            {
                far.Add(name);
            }
        }

        Assert.True(far.Count <= expected.Count / 100, $"first or last element of {far.Count} of {expected.Count} parameters is off: {string.Join(", ", far.Take(5))}");
    }
}
