using Diptych.Common.Data;
using Diptych.Common.Diffusion;
using Diptych.Common.Layers;
using Diptych.Common.Pipelines;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Diptych.StepTiming;

/// <summary>
/// DreamBooth as the reference script shapes its step (diffusers' train_dreambooth.py): photos decoded and encoded every time, the one prompt encoded
/// again and again, gradients clipped, fp32, an optimizer of one small operator after another.
/// </summary>
public sealed class ScriptDreamBooth : ITimedStep
{
    private readonly StepSetup _setup;
    private readonly StableDiffusion _sd;
    private readonly ScriptPhotos _photos;
    private readonly Parameter[] _parameters;
    private readonly optim.Optimizer _optimizer;

    /// <summary>Loads the model and unfreezes its UNet.</summary>
    public ScriptDreamBooth(StepSetup setup)
    {
        ArgumentNullException.ThrowIfNull(setup);
        _setup = setup;
        _sd = setup.LoadModel();
        _photos = new ScriptPhotos(_sd, setup, ImageTransform.DreamBoothParity(setup.Resolution));
        _sd.UNet.SetLearning(true);
        _parameters = [.. _sd.UNet.parameters()];
        _optimizer = optim.AdamW(_parameters, 5e-6, weight_decay: 1e-2);
    }

    /// <inheritdoc/>
    public double Run(int step, PhaseClock clock)
    {
        ArgumentNullException.ThrowIfNull(clock);
        using var scope = NewDisposeScope();
        var latents = _photos.Latents(step, clock);
        var (draw, ids) = clock.Time(StepPhase.Load, () => (
            DiffusionDraw.Create(latents, randn_like(latents), randint(0, _sd.Schedule.TrainTimesteps, [_setup.BatchSize], dtype: ScalarType.Int64, device: _setup.Device), _sd.Schedule),
            _sd.Tokenize([.. Enumerable.Repeat(_setup.InstancePrompt, _setup.BatchSize)])));
        var prompt = clock.Time(StepPhase.Text, () => _sd.Text.Encode(ids));
        var loss = clock.Time(StepPhase.Forward, () => DenoisingLoss.Mean(_sd.UNet.forward(draw.Noised, draw.Timesteps, prompt), draw.Target));
        clock.Time(StepPhase.Backward, () =>
        {
            loss.backward();
            return 0;
        });
        return clock.Time(StepPhase.Optimizer, () =>
        {
            nn.utils.clip_grad_norm_(_parameters, 1);
            _optimizer.step();
            _optimizer.zero_grad();
            return (double)loss.item<float>();
        });
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _optimizer.Dispose();
        _sd.Dispose();
    }
}
