using System.CommandLine;
using Diptych.Common.Diffusion;
using Diptych.Common.Pipelines;

namespace Diptych.Cli.Options;

/// <summary>What may have to be said about a model where its files leave a choice.</summary>
/// <param name="asksForPrediction">Whether the command has no such option of its own.</param>
internal sealed class ModelFlags(bool asksForPrediction = true)
{
    private readonly Option<string?> _variant = OptionKinds.Text("--variant", "NAME", "The variant of a folder's weights, such as fp16. Default the plain files, or the one variant there is.");
    private readonly Option<string?> _config = OptionKinds.Text("--config", "DIR", "For a single file: a model folder whose configurations and tokenizers are taken. Default the standard ones of its family.");
    private readonly Option<PredictionType?> _prediction = OptionKinds.Choice<PredictionType>("--prediction-type", "What the network predicts. Default as the folder's scheduler says, or as a single file is recognised.");

    /// <summary>The options, for a command that groups its own.</summary>
    public Option[] All => asksForPrediction ? [_variant, _config, _prediction] : [_variant, _config];

    public void AddTo(Command command)
    {
        foreach (var option in All)
        {
            command.Add(option);
        }
    }

    public ModelOptions Read(OptionValues values) => new()
    {
        Variant = values.OrNone(_variant), ConfigFolder = values.OrNone(_config), PredictionType = asksForPrediction ? values.OrNone(_prediction) : null,
    };
}
