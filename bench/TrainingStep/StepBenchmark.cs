using BenchmarkDotNet.Attributes;
using Diptych.Common.Data;
using Diptych.Common.Pipelines;
using Diptych.Common.Runtime;
using Diptych.Common.Training;
using Diptych.DreamBooth;
using Diptych.Lab;
using Diptych.TextualInversion;
using static TorchSharp.torch;

namespace Diptych.TrainingStep;

/// <summary>
/// Loss and gradients of one step of each method on the embedded model, with photos encoded once against photos encoded at every step
/// (as the reference scripts do). Trust the ratio, not the times.
/// </summary>
#pragma warning disable CA1001 // The harness calls Cleanup, not Dispose.
public class StepBenchmark
#pragma warning restore CA1001
{
    private readonly List<IDisposable> _owned = [];
    private ITrainingStep? _step;
    private PhotoLatents? _cached;
    private PhotoLatents? _encodedEachTime;
    private StableDiffusion? _sd;
    private Tensor? _ids;
    private long _pass;

    /// <summary>The method.</summary>
    [Params("ti", "db")]
    public string Method { get; set; } = "ti";

    /// <summary>Photos a step sees.</summary>
    [Params(4)]
    public int BatchSize { get; set; }

    /// <summary>Loads the model and prepares both kinds of latents.</summary>
    [GlobalSetup]
    public void Setup()
    {
        TorchRuntime.Load();
        var lab = LabModel.Find();
        _sd = StableDiffusion.Load(lab.Model);
        var photos = PhotoFolder.LoadAll(Path.Combine(lab.Subject("off-palette-dog"), "references"));
        _cached = PhotoLatents.Create(_sd, photos, new ImageTransform { Size = _sd.PictureSize }, seed: 0);
        _encodedEachTime = PhotoLatents.Create(_sd, photos, new ImageTransform { Size = _sd.PictureSize, RandomCrop = true }, seed: 0);
        if (Method == "ti")
        {
            var concept = ConceptEmbedding.Create(_sd, new TextualInversionOptions { PlaceholderToken = "<x>", InitializerToken = "dog" });
            _owned.Add(concept);
            _step = new TextualInversionStep(_sd, concept);
            _ids = _sd.Tokenize([.. Enumerable.Repeat("a photo of a <x>", BatchSize)]);
        }
        else
        {
            _step = new DreamBoothStep(_sd, new DreamBoothOptions { InstancePrompt = "a photo of sks dog" });
            _ids = _sd.Tokenize([.. Enumerable.Repeat("a photo of sks dog", BatchSize)]);
        }
    }

    /// <summary>The autoencoder runs at every step.</summary>
    [Benchmark(Baseline = true)]
    public float EncodeEveryStep() => Step(_encodedEachTime!);

    /// <summary>Posterior means and deviations are cached; a latent is drawn from them at every step.</summary>
    [Benchmark]
    public float CachedPosterior() => Step(_cached!);

    /// <summary>Frees the model.</summary>
    [GlobalCleanup]
    public void Cleanup()
    {
        foreach (var owned in (IEnumerable<IDisposable>)[.. _owned, _cached!, _encodedEachTime!, _ids!, _sd!])
        {
            owned.Dispose();
        }
    }

    private float Step(PhotoLatents photos)
    {
        using var scope = NewDisposeScope();
        var pass = new MicroBatch(_pass, _pass * BatchSize, BatchSize);
        _pass++;
        var latents = photos.Draw(RandomPurpose.Order, pass, repeats: 1, firstSample: 0);
        var batch = new TrainingBatch(
            latents,
            NoiseDraws.Normal(0, RandomPurpose.Noise, pass, 0, BatchSize, latents.shape[1..]),
            NoiseDraws.Timesteps(0, pass, 0, BatchSize, _sd!.Schedule.TrainTimesteps),
            _ids!);
        var loss = _step!.Loss(batch);
        loss.backward();
        foreach (var parameter in _step.Trainable)
        {
            parameter.Value.grad = null;
        }

        return loss.item<float>();
    }
}
