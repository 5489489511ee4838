using Diptych.Common.Diffusion;
using Diptych.Common.Runtime;
using static TorchSharp.torch;

namespace Diptych.Common.Pipelines;

/// <summary>What has to be told about a model where its files leave a choice.</summary>
public sealed record ModelOptions
{
    /// <summary>The variant of a folder's weights, such as <c>fp16</c>. Default the plain files, or the one variant there is.</summary>
    public string? Variant { get; init; }

    /// <summary>For a single file: a model folder whose configurations, scheduler and tokenizers are taken; it needs no weights. Default the family's standard ones.</summary>
    public string? ConfigFolder { get; init; }

    /// <summary>What the network predicts. Default as the folder's scheduler says, or as a single file is recognised.</summary>
    public PredictionType? PredictionType { get; init; }

    /// <summary>
    /// Type the UNet's weights are kept in where it is another than the other networks'. A frozen UNet kept in bf16 is not cast anew in every
    /// pass of mixed precision (the reference's Textual Inversion script keeps it so too); one that learns stays in fp32. Default the others' type.
    /// </summary>
    public ScalarType? UNetDtype { get; init; }

    /// <summary>The same for a UNet that stays frozen: in the type its products are computed in.</summary>
    /// <param name="precision">Their precision on <paramref name="device"/>.</param>
    /// <param name="device">Where the networks run.</param>
    public ModelOptions WithFrozenUNet(MixedPrecision precision, Device device) =>
        precision.On(device) == MixedPrecision.Bf16 ? this with { UNetDtype = ScalarType.BFloat16 } : this;
}
