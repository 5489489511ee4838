using Diptych.Common.Data;
using Diptych.Common.Pipelines;
using Diptych.Common.Products;
using Diptych.Common.Runtime;
using Diptych.Common.Text;
using Diptych.Common.Training;
using Diptych.DreamBooth;
using Diptych.TextualInversion;
using static TorchSharp.torch;

namespace Diptych.StepTiming;

/// <summary>The step as the trainers take it, put together from the same parts: cached posteriors, the method's own step, its optimizer.</summary>
public sealed class OwnStep : ITimedStep
{
    /// <summary>The scripts' default rates.</summary>
    public const double TextualInversionRate = 1e-4;

    /// <inheritdoc cref="TextualInversionRate"/>
    public const double DreamBoothRate = 5e-6;

    private readonly MemoryReuse _reuse = MemoryReuse.Begin();
    private readonly StepSetup _setup;
    private readonly StableDiffusion _sd;
    private readonly PhotoLatents _photos;
    private readonly ITrainingStep _step;
    private readonly IReadOnlyList<IDisposable> _owned;
    private readonly IOptimizer _optimizer;
    private readonly TrainingOptions _options;
    private readonly GraphedUpdate? _graphed;
    private readonly TrainingPass _pass;
    private readonly Tensor _losses;
    private readonly Func<int, PromptTokens> _prompts;
    private readonly double _rate;
    private int _steps;

    private OwnStep(StepSetup setup, StableDiffusion sd, ITrainingStep step, IReadOnlyList<IDisposable> owned, double rate, bool clips, Func<int, PromptTokens> prompts)
    {
        (_setup, _sd, _step, _owned, _rate, _prompts) = (setup, sd, step, owned, rate, prompts);
        _photos = PhotoLatents.Create(sd, PhotoFolder.LoadAll(setup.Photos), new ImageTransform { Size = setup.Resolution }, seed: 0);
        _options = new TrainingOptions { MixedPrecision = setup.Precision, MaxGradNorm = clips ? 1 : null, Use8BitAdam = setup.Use8BitAdam };
        _optimizer = Optimizers.For(step.Trainable, _options);
        _graphed = GraphedUpdate.For(step, _optimizer, _options);
        _pass = new TrainingPass(step, _options);
        _losses = zeros([], device: setup.Device).DetachFromDisposeScope();
    }

    /// <summary>The step of a method, ti or db.</summary>
    public static OwnStep Of(string method, StepSetup setup) => method == "ti" ? TextualInversion(setup) : DreamBooth(setup);

    /// <summary>Textual Inversion.</summary>
    public static OwnStep TextualInversion(StepSetup setup)
    {
        ArgumentNullException.ThrowIfNull(setup);
        var sd = setup.LoadModel(new ModelOptions().WithFrozenUNet(setup.Precision, setup.Device));
        var concept = ConceptEmbedding.Create(sd, new TextualInversionOptions { PlaceholderToken = StepSetup.Placeholder, InitializerToken = setup.InitializerToken });
        return new OwnStep(setup, sd, new TextualInversionStep(sd, concept), [concept, KeptKernels.Of([sd.UNet, .. sd.Text.Encoders.Select(encoder => encoder.Model)])], TextualInversionRate, clips: false, step => sd.Tokenize(
            [.. Enumerable.Range(0, setup.BatchSize).Select(i =>
                PromptTemplates.Fill(PromptTemplates.Object[new RandomStream(0, RandomPurpose.Prompts, step, i).Next(PromptTemplates.Object.Count)], StepSetup.Placeholder))]));
    }

    /// <summary>DreamBooth with a frozen text encoder.</summary>
    public static OwnStep DreamBooth(StepSetup setup)
    {
        ArgumentNullException.ThrowIfNull(setup);
        var sd = setup.LoadModel();
        var step = new DreamBoothStep(sd, new DreamBoothOptions { InstancePrompt = setup.InstancePrompt });
        var prompt = sd.Tokenize([setup.InstancePrompt]);
        var batch = prompt.Repeat(setup.BatchSize);
        return new OwnStep(setup, sd, step, [step], DreamBoothRate, clips: true, _ => batch);
    }

    /// <inheritdoc/>
    public double MeanLoss => _losses.item<float>() / _steps;

    /// <summary>Told after each step what it was given and its loss; they live until it returns.</summary>
    public Action<TrainingBatch, Tensor>? Taken { get; set; }

    /// <inheritdoc/>
    public void Run(int step, PhaseClock clock)
    {
        ArgumentNullException.ThrowIfNull(clock);
        using var scope = NewDisposeScope();
        var batch = clock.Time(StepPhase.Load, () => Batch(step));
        // Neither a recorded step nor one on two threads has phases to be timed apart.
        var loss = clock.IsOn ? Phased(batch, clock) : _graphed is null ? Update(batch) : _graphed.Run(batch, _rate);
        _losses.add_(loss);
        _steps++;
        Taken?.Invoke(batch, loss);
    }

    /// <inheritdoc/>
    public void Rest() => _pass.Dispose();

    private TrainingBatch Batch(int step)
    {
        var pass = new MicroBatch(step, (long)step * _setup.BatchSize, _setup.BatchSize);
        var drawn = _photos.Draw(RandomPurpose.Order, pass, repeats: 1, firstSample: 0);
        return new TrainingBatch(
            drawn.Latents,
            NoiseDraws.Normal(0, RandomPurpose.Noise, pass, 0, _setup.BatchSize, drawn.Latents.shape[1..]).SentTo(_setup.Device),
            NoiseDraws.Timesteps(0, pass, 0, _setup.BatchSize, _sd.Schedule.TrainTimesteps).SentTo(_setup.Device),
            _prompts(step),
            _sd.TimeIds(drawn.Sizes));
    }

    private Tensor Update(TrainingBatch batch)
    {
        var loss = _pass.Backward(batch);
        Learn();
        return loss;
    }

    private Tensor Phased(TrainingBatch batch, PhaseClock clock)
    {
        _pass.Dispose();
        var loss = clock.Time(StepPhase.Forward, () =>
        {
            using var autocast = Autocast.For(_setup.Device, _setup.Precision);
            return _step.Loss(batch);
        });
        clock.Time(StepPhase.Backward, () =>
        {
            loss.backward();
            return 0;
        });
        clock.Time(StepPhase.Optimizer, () =>
        {
            Learn();
            return 0;
        });
        return loss.detach();
    }

    private void Learn()
    {
        var divisor = _options.MaxGradNorm is { } norm ? _optimizer.GradientDivisor(norm, _pass.Squares) : null;
        _optimizer.Step(_rate, divisor);
        _optimizer.ZeroGradients();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _graphed?.Dispose();
        _pass.Dispose();
        _losses.Dispose();
        _optimizer.Dispose();
        _photos.Dispose();
        foreach (var one in _owned)
        {
            one.Dispose();
        }

        _sd.Dispose();
        _reuse.Dispose();
    }
}
