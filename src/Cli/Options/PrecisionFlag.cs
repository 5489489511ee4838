using System.CommandLine;
using Diptych.Common.Runtime;
using TorchSharp;

namespace Diptych.Cli.Options;

/// <summary>The precision of matrix products. What it comes to on the machine is recorded among the run's options, so that a run is not taken up in another.</summary>
/// <param name="what">What is computed in it.</param>
internal sealed class PrecisionFlag(string what)
{
    private readonly Option<MixedPrecision?> _option = OptionKinds.Choice<MixedPrecision>(
        "--mixed-precision", $"{what} Default auto: bf16 where the device has it in hardware, else fp32 (no); fp32 too for models as small as the embedded one on a processor with AVX-512.");

    public Option Option => _option;

    /// <summary>The precision on a device.</summary>
    /// <param name="values">The command line.</param>
    /// <param name="device">Where the products are taken.</param>
    /// <param name="model">The model's folder or file.</param>
    /// <param name="otherwise">What it is where nothing is said.</param>
    public MixedPrecision Read(OptionValues values, torch.Device device, string model, MixedPrecision otherwise = MixedPrecision.Auto) =>
        values.Keep(_option, (values.OrNone(_option) ?? otherwise).On(device, model));
}
