using System.CommandLine;
using Diptych.Common.Runtime;
using Diptych.Common.Weights;
using static TorchSharp.torch;

namespace Diptych.Cli.Options;

/// <summary>In which type weights are kept, and whether fp32 products may be rounded.</summary>
internal sealed class PrecisionFlags
{
    private readonly Option<WeightPrecision?> _weights = OptionKinds.Choice<WeightPrecision>("--precision", "Type the weights are kept in; latents and pictures stay fp32. Default fp32.");
    private readonly Option<bool> _tf32 = OptionKinds.Flag("--allow-tf32", "Let NVIDIA GPUs round the factors of fp32 products to 10 bits: faster, a little less exact. Default no.");

    /// <summary>The options, for a command that groups its own.</summary>
    public Option[] All => [_weights, _tf32];

    /// <summary>The weights' type; sets the TF32 switch of the process.</summary>
    public ScalarType Read(OptionValues values)
    {
        Tf32.Allowed = values.Of(_tf32);
        return values.Of(_weights, WeightPrecision.Fp32).Type();
    }
}
