using Diptych.Common.Data;
using Diptych.Common.Diffusion;
using Diptych.Common.Pipelines;
using Diptych.Common.Runtime;
using Diptych.Common.Text;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Diptych.StepTiming;

/// <summary>
/// Textual Inversion as the reference script shapes its step (diffusers' textual_inversion.py): photos decoded and encoded every time, the whole
/// token table in the optimizer, every other row written back after it, fp32, an optimizer of one small operator after another.
/// </summary>
public sealed class ScriptTextualInversion : ITimedStep
{
    private readonly StepSetup _setup;
    private readonly StableDiffusion _sd;
    private readonly ScriptPhotos _photos;
    private readonly PlaceholderToken _placeholder;
    private readonly Parameter _table;
    private readonly Tensor _original;
    private readonly Tensor _kept;
    private readonly optim.Optimizer _optimizer;

    /// <summary>Loads the model and grows its table by the placeholder's row.</summary>
    public ScriptTextualInversion(StepSetup setup)
    {
        ArgumentNullException.ThrowIfNull(setup);
        _setup = setup;
        _sd = setup.LoadModel();
        _photos = new ScriptPhotos(_sd, setup, ImageTransform.TextualInversionParity(setup.Resolution));
        var initializer = _sd.Tokenizer.InitializerId(setup.InitializerToken);
        _placeholder = _sd.Tokenizer.AddPlaceholder(StepSetup.Placeholder);
        using var scope = NewDisposeScope();
        var rows = arange(_sd.TextEncoder.Config.VocabularySize, dtype: ScalarType.Int64, device: setup.Device).reshape(1, -1);
        var words = _sd.TextEncoder.TokenEmbeddings(rows)[0].detach();
        _table = new Parameter(cat([words, words[initializer].unsqueeze(0)]).DetachFromDisposeScope());
        _original = _table.detach().clone().DetachFromDisposeScope();
        _kept = (arange(_table.shape[0], dtype: ScalarType.Int64, device: setup.Device) < _placeholder.Ids[0]).unsqueeze(1).DetachFromDisposeScope();
        _optimizer = optim.AdamW([_table], 5e-4, weight_decay: 1e-2);
    }

    /// <inheritdoc/>
    public double Run(int step, PhaseClock clock)
    {
        ArgumentNullException.ThrowIfNull(clock);
        using var scope = NewDisposeScope();
        var latents = _photos.Latents(step, clock);
        var (draw, ids) = clock.Time(StepPhase.Load, () => (
            DiffusionDraw.Create(latents, randn_like(latents), randint(0, _sd.Schedule.TrainTimesteps, [_setup.BatchSize], dtype: ScalarType.Int64, device: _setup.Device), _sd.Schedule),
            _sd.Tokenize([.. Enumerable.Range(0, _setup.BatchSize).Select(i => Prompt(step, i))]).Ids[0]));
        var prompt = clock.Time(StepPhase.Text, () => _sd.TextEncoder.Encode(_table.index_select(0, ids.reshape(-1)).reshape(ids.shape[0], ids.shape[1], -1), ids).LastHiddenState);
        var loss = clock.Time(StepPhase.Forward, () => DenoisingLoss.Mean(_sd.UNet.forward(draw.Noised, draw.Timesteps, new(prompt)), draw.Target));
        clock.Time(StepPhase.Backward, () =>
        {
            loss.backward();
            return 0;
        });
        return clock.Time(StepPhase.Optimizer, () =>
        {
            _optimizer.step();
            _optimizer.zero_grad();
            using var noGradient = no_grad();
            // The script builds its mask anew each time and writes the other rows back through it.
            _table.copy_(where(_kept, _original, _table));
            return (double)loss.item<float>();
        });
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _optimizer.Dispose();
        _table.Dispose();
        _original.Dispose();
        _kept.Dispose();
        _sd.Dispose();
    }

    private static string Prompt(int step, int sample) =>
        PromptTemplates.Fill(PromptTemplates.Object[new RandomStream(0, RandomPurpose.Prompts, step, sample).Next(PromptTemplates.Object.Count)], StepSetup.Placeholder);
}
