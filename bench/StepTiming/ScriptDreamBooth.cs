using Diptych.Common.Data;
using Diptych.Common.Layers;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Diptych.StepTiming;

/// <summary>DreamBooth as the reference script shapes its step (diffusers' train_dreambooth.py): the one prompt encoded again and again, gradients clipped.</summary>
public sealed class ScriptDreamBooth : ScriptStep
{
    private readonly Parameter[] _parameters;
    private readonly optim.Optimizer _optimizer;

    /// <summary>Loads the model and unfreezes its UNet.</summary>
    public ScriptDreamBooth(StepSetup setup)
        : base(setup, size => ImageTransform.DreamBoothParity(size))
    {
        Model.UNet.SetLearning(true);
        _parameters = [.. Model.UNet.parameters()];
        _optimizer = optim.AdamW(_parameters, 5e-6, weight_decay: 1e-2);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _optimizer.Dispose();
        }

        base.Dispose(disposing);
    }

    private protected override string Prompt(int step, int sample) => Setup.InstancePrompt;

    private protected override void Update()
    {
        nn.utils.clip_grad_norm_(_parameters, 1);
        _optimizer.step();
        _optimizer.zero_grad();
    }
}
