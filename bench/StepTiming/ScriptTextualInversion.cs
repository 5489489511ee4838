using Diptych.Common.Data;
using Diptych.Common.Runtime;
using Diptych.Common.Text;
using Diptych.Common.Unet;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Diptych.StepTiming;

/// <summary>
/// Textual Inversion as the reference script shapes its step (diffusers' textual_inversion.py): each text encoder's whole token table takes a gradient and
/// goes through the optimizer, and every other row is written back after it.
/// </summary>
public sealed class ScriptTextualInversion : ScriptStep
{
    private readonly List<Parameter> _tables = [];
    private readonly List<Tensor> _originals = [];
    private readonly List<Tensor> _kept = [];
    private readonly optim.Optimizer _optimizer;

    /// <summary>Loads the model and grows its tables by the placeholder's row.</summary>
    public ScriptTextualInversion(StepSetup setup)
        : base(setup, size => ImageTransform.TextualInversionParity(size))
    {
        using var scope = NewDisposeScope();
        foreach (var encoder in Model.Text.Encoders)
        {
            var initializer = encoder.Tokenizer.InitializerId(Setup.InitializerToken);
            var placeholder = encoder.Tokenizer.AddPlaceholder(StepSetup.Placeholder);
            var words = encoder.Model.TokenTable.detach();
            var table = new Parameter(cat([words, words[initializer].unsqueeze(0)]).DetachFromDisposeScope());
            _tables.Add(table);
            _originals.Add(table.detach().clone().DetachFromDisposeScope());
            _kept.Add((arange(table.shape[0], dtype: ScalarType.Int64, device: Setup.Device) < placeholder.Ids[0]).unsqueeze(1).DetachFromDisposeScope());
        }

        _optimizer = optim.AdamW(_tables, 5e-4, weight_decay: 1e-2);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _optimizer.Dispose();
            foreach (var tensor in _tables.Concat(_originals).Concat(_kept))
            {
                tensor.Dispose();
            }
        }

        base.Dispose(disposing);
    }

    private protected override string Prompt(int step, int sample) =>
        PromptTemplates.Fill(PromptTemplates.Object[new RandomStream(0, RandomPurpose.Prompts, step, sample).Next(PromptTemplates.Object.Count)], StepSetup.Placeholder);

    // The placeholder's row is the table's last: its gradient is one of the whole table, as in the script.
    private protected override PromptConditioning Encode(PromptTokens tokens) => Model.Text.Encode(tokens, [.. _tables.Select(table => table.narrow(0, table.shape[0] - 1, 1))]);

    private protected override void Update()
    {
        _optimizer.step();
        _optimizer.zero_grad();
        using var noGradient = no_grad();
        for (var i = 0; i < _tables.Count; i++)
        {
            _tables[i].copy_(where(_kept[i], _originals[i], _tables[i]));
        }
    }
}
