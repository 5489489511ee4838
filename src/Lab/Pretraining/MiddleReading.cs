using Diptych.Common.Unet;
using Diptych.Lab.Judges;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace Diptych.Lab.Pretraining;

/// <summary>
/// Names a picture's attributes and paints from the middle of the denoiser, for training only. Where the latents are all noise the names can come from the caption
/// alone, so the network is asked for bringing words there, which the denoising loss alone teaches late: what aligning with a large encoder's features
/// does in Yu et al. 2024 (REPA, section 3) the world's own truth is to do here.
/// </summary>
internal sealed class MiddleReading : nn.Module
{
    [ComponentName(Name = "unet")]
    private readonly UNet2DConditionModel _unet;

    // A distance of colours is small beside a cross-entropy.
    private const double ColourWeight = 6;

    [ComponentName(Name = "heads")]
    private readonly AttributeHeads _heads;

    // What a named individual is known by, beside its class, is its paints.
    [ComponentName(Name = "colours")]
    private readonly ModuleDict<Linear> _colours;

    // Each lane of a pass has its own.
    private readonly ThreadLocal<Tensor?> _middle = new(trackAllValues: true);

    /// <param name="unet">The denoiser; it becomes a part of this module, and is disposed of with it.</param>
    public MiddleReading(UNet2DConditionModel unet)
        : base(nameof(MiddleReading))
    {
        _unet = unet;
        var width = unet.Config.BlockOutChannels[^1];
        _heads = new AttributeHeads(width);
        _colours = nn.ModuleDict([.. OracleValues.Colours.Select(head => (head, nn.Linear(width, 3)))]);
        RegisterComponents();
        var middle = (nn.Module<Tensor, Tensor, Tensor, Tensor>)unet.named_children().First(child => child.name == "mid_block").module;
        middle.register_forward_hook((_, _, _, _, output) =>
        {
            _middle.Value?.Dispose();
            _middle.Value = output.alias().DetachFromDisposeScope();
            return output;
        });
    }

    /// <summary>Mean cross-entropy of the attributes and mean distance of the paints that are read in the pictures the denoiser saw last, against the truth of their <paramref name="rows"/>.</summary>
    public Tensor Loss(AttributeTargets targets, Tensor rows)
    {
        using var scope = NewDisposeScope();
        var features = _middle.Value!.mean([2, 3]);
        var colours = stack(_colours.Keys.Select(head => targets.ColourDistance(head, _colours[head].call(features), rows)).ToArray()).mean();
        return (_heads.Loss(features, targets, rows) + (ColourWeight * colours)).MoveToOuterDisposeScope();
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
