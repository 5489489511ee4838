using Diptych.Common.Unet;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace Diptych.Lab.Pretraining;

/// <summary>
/// Names a picture's attributes from the middle of the denoiser, for training only. Where the latents are all noise the names can come from the caption
/// alone, so the network is asked for bringing words there, which the denoising loss alone teaches late: what aligning with a large encoder's features
/// does in Yu et al. 2024 (REPA, section 3) the world's own truth is to do here.
/// </summary>
internal sealed class MiddleReading : nn.Module
{
    [ComponentName(Name = "unet")]
    private readonly UNet2DConditionModel _unet;

    [ComponentName(Name = "heads")]
    private readonly AttributeHeads _heads;

    // Each lane of a pass has its own.
    private readonly ThreadLocal<Tensor?> _middle = new(trackAllValues: true);

    /// <param name="unet">The denoiser; it becomes a part of this module, and is disposed of with it.</param>
    public MiddleReading(UNet2DConditionModel unet)
        : base(nameof(MiddleReading))
    {
        _unet = unet;
        _heads = new AttributeHeads(unet.Config.BlockOutChannels[^1]);
        RegisterComponents();
        var middle = (nn.Module<Tensor, Tensor, Tensor, Tensor>)unet.named_children().First(child => child.name == "mid_block").module;
        middle.register_forward_hook((_, _, _, _, output) =>
        {
            _middle.Value?.Dispose();
            _middle.Value = output.alias().DetachFromDisposeScope();
            return output;
        });
    }

    /// <summary>Mean cross-entropy of the attributes of the pictures that the denoiser saw last, against the truth of their <paramref name="rows"/>.</summary>
    public Tensor Loss(AttributeTargets targets, Tensor rows)
    {
        using var scope = NewDisposeScope();
        return _heads.Loss(_middle.Value!.mean([2, 3]), targets, rows).MoveToOuterDisposeScope();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            foreach (var middle in _middle.Values)
            {
                middle?.Dispose();
            }

            _middle.Dispose();
        }

        base.Dispose(disposing);
    }
}
