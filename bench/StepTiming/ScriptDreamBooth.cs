using Diptych.Common.Data;
using Diptych.Common.Layers;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Diptych.StepTiming;

/// <summary>DreamBooth as the reference script shapes its step (diffusers' train_dreambooth.py): the one prompt encoded again and again, gradients clipped.</summary>
public sealed class ScriptDreamBooth : ScriptStep
{
    private readonly Parameter[] _parameters;
    // The stock optimizer keeps every parameter's temporaries until its step ends, some 7 GB over a large UNet; a few dozen parameters at a time cost
    // the same and fit beside the rest.
    private const int Together = 32;

    private readonly List<optim.Optimizer> _optimizers;

    /// <summary>Loads the model and unfreezes its UNet.</summary>
    public ScriptDreamBooth(StepSetup setup)
        : base(setup, size => ImageTransform.DreamBoothParity(size))
    {
        Model.UNet.SetLearning(true);
        _parameters = [.. Model.UNet.parameters()];
        _optimizers = [.. _parameters.Chunk(Together).Select(parameters => optim.AdamW(parameters, 5e-6, weight_decay: 1e-2))];
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _optimizers.ForEach(optimizer => optimizer.Dispose());
        }

        base.Dispose(disposing);
    }

    private protected override string Prompt(int step, int sample) => Setup.InstancePrompt;

    private protected override void Update()
    {
        nn.utils.clip_grad_norm_(_parameters, 1);
        foreach (var optimizer in _optimizers)
        {
            optimizer.step();
            optimizer.zero_grad();
        }
    }
}
