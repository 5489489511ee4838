using System.CommandLine;
using Diptych.Common.Diffusion;
using Diptych.Common.Pipelines;

namespace Diptych.Cli.Options;

/// <summary>How a picture is sampled: the steps, the sampler, and what of the model's own settings is changed.</summary>
internal sealed class SamplerFlags
{
    private readonly Option<int?> _steps = OptionKinds.Whole("--steps", "Sampler steps. Default 25.");
    private readonly Option<double?> _guidance = OptionKinds.Number("--guidance-scale", "Classifier-free guidance; 1 or less draws without. Default 7.5; 4 for the embedded model.");
    private readonly Option<double?> _rescale = OptionKinds.Number("--guidance-rescale", "How far each prediction's spread is brought back after guidance, 0 to 1; .7 suits models with zero terminal SNR. Default 0.");
    private readonly Option<string?> _sampler = OptionKinds.Text("--sampler", "NAME", $"One of {string.Join(", ", SamplerNames.Known)}. Default the one the model names.");
    private readonly Option<TimestepSpacing?> _spacing = OptionKinds.Choice<TimestepSpacing>("--timestep-spacing", "Which training timesteps are visited. Default the model's own.");
    private readonly Option<Answer?> _karras = OptionKinds.Switch("--karras", "Noise levels spaced as Karras et al. 2022. Default the model's own.");
    private readonly Option<double?> _eta = OptionKinds.Number("--eta", "ddim: share of ddpm's noise, 0 to 1. Default 0.");
    private readonly Option<PredictionType?> _prediction = OptionKinds.Choice<PredictionType>("--prediction-type", "What the network predicts, where the model's files say it wrongly. Default the model's own.");
    private readonly Option<Answer?> _zeroSnr = OptionKinds.Switch("--rescale-betas-zero-snr", "Sample as if training's noise had ended at zero signal; v-prediction and trailing spacing belong to it. Default the model's own.");

    public IReadOnlyList<Option> All => [_steps, _guidance, _rescale, _sampler, _spacing, _karras, _eta, _prediction, _zeroSnr];

    /// <summary>Adds what the command line says to <paramref name="options"/>.</summary>
    public GenerationOptions Read(OptionValues values, GenerationOptions options) => options with
    {
        Steps = values.Of(_steps, options.Steps),
        GuidanceScale = values.Of(_guidance, options.GuidanceScale),
        GuidanceRescale = values.Of(_rescale, options.GuidanceRescale),
        Eta = values.Of(_eta, options.Eta),
    };

    /// <summary>What is to change of a model's own settings.</summary>
    /// <exception cref="UsageException">There is no such sampler.</exception>
    public SamplerOverrides Overrides(OptionValues values) => new()
    {
        Sampler = values.OrNone(_sampler) is { } name ? Ranges.AsUsage(() => SamplerNames.Parse(name)) : null,
        TimestepSpacing = values.OrNone(_spacing),
        PredictionType = values.OrNone(_prediction),
        RescaleBetasZeroSnr = IsYes(values.OrNone(_zeroSnr)),
        Karras = IsYes(values.OrNone(_karras)),
        Eta = values.OrNone(_eta),
    };

    private static bool? IsYes(Answer? answer) => answer is null ? null : answer == Answer.Yes;
}
