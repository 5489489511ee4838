using Diptych.Common.Data;
using Diptych.Common.Diffusion;
using Diptych.Common.Pipelines;
using Diptych.Common.Runtime;
using Diptych.Common.Text;
using Diptych.Common.Unet;
using static TorchSharp.torch;

namespace Diptych.StepTiming;

/// <summary>
/// What the reference scripts' steps have in common: photos decoded and encoded every time, prompts encoded every time, fp32, an optimizer of one small
/// operator after another.
/// </summary>
public abstract class ScriptStep : ITimedStep
{
    // Without this every large block is fetched from the system page by page, two fifths of the step, of which the scripts' own times show no sign. Python asks for no large pages.
    private readonly MemoryReuse _reuse = MemoryReuse.Begin(largePages: false);
    private readonly ScriptPhotos _photos;
    private double _losses;
    private int _steps;

    private protected ScriptStep(StepSetup setup, Func<int, ImageTransform> transform)
    {
        ArgumentNullException.ThrowIfNull(setup);
        Setup = setup;
        Model = setup.LoadModel();
        _photos = new ScriptPhotos(Model, setup, transform(setup.Resolution));
    }

    private protected StepSetup Setup { get; }

    private protected StableDiffusion Model { get; }

    /// <inheritdoc/>
    public double MeanLoss => _losses / _steps;

    /// <inheritdoc/>
    public void Run(int step, PhaseClock clock)
    {
        ArgumentNullException.ThrowIfNull(clock);
        using var products = new LibtorchProducts();
        using var scope = NewDisposeScope();
        var latents = _photos.Latents(step, clock);
        var (draw, tokens) = clock.Time(StepPhase.Load, () => (
            DiffusionDraw.Create(latents, randn_like(latents), randint(0, Model.Schedule.TrainTimesteps, [Setup.BatchSize], dtype: ScalarType.Int64, device: Setup.Device), Model.Schedule),
            Model.Tokenize([.. Enumerable.Range(0, Setup.BatchSize).Select(sample => Prompt(step, sample))])));
        var sizes = Model.TimeIds([.. Enumerable.Repeat(SizeConditioning.Whole(Setup.Resolution, Setup.Resolution), Setup.BatchSize)]);
        var prompt = clock.Time(StepPhase.Text, () => Encode(tokens)) with { TimeIds = sizes };
        var loss = clock.Time(StepPhase.Forward, () => DenoisingLoss.Mean(Model.UNet.call(draw.Noised, draw.Timesteps, prompt), draw.Target));
        clock.Time(StepPhase.Backward, () =>
        {
            loss.backward();
            return 0;
        });
        // The scripts read the loss in every step, for their progress bar.
        _losses += clock.Time(StepPhase.Optimizer, () =>
        {
            Update();
            return (double)loss.item<float>();
        });
        _steps++;
    }

    /// <inheritdoc/>
    public void Rest()
    {
        // It keeps none.
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Frees the model and what the method keeps beside it.</summary>
    protected virtual void Dispose(bool disposing)
    {
        if (disposing)
        {
            Model.Dispose();
            _reuse.Dispose();
        }
    }

    private protected abstract string Prompt(int step, int sample);

    private protected virtual PromptConditioning Encode(PromptTokens tokens) => Model.Text.Encode(tokens);

    // Clipping, the optimizer's step, and whatever the script puts back after it.
    private protected abstract void Update();
}
