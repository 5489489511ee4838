using System.Text.Json;
using System.Text.RegularExpressions;
using Diptych.Common.Weights;

namespace Diptych.Common.Diffusion;

/// <summary>Turns <c>scheduler_config.json</c> into a <see cref="SchedulerConfig"/>; refuses values nobody here understands.</summary>
internal static partial class SchedulerConfigReader
{
    // Each changes the noise levels or the solver; being deaf to one would draw wrong pictures without a word.
    private static readonly string[] s_unsupportedFlags = ["thresholding", "use_exponential_sigmas", "use_beta_sigmas", "use_lu_lambdas", "use_flow_sigmas", "use_dynamic_shifting"];
    private static readonly string[] s_unsupportedValues = ["trained_betas", "sigma_min", "sigma_max", "shift_terminal", "solver_p"];

    public static ConfigFile Open(string path)
    {
        try
        {
            return Parse(path, File.ReadAllText(path));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new DiptychException($"{path} is missing: point to a model folder in diffusers' layout.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DiptychException($"{path} could not be read ({e.Message.ReplaceLineEndings(" ").TrimEnd('.')}): check its permissions.", e);
        }
    }

    // Python writes -Infinity bare, which JSON does not know: quoted, it survives the parser.
    public static ConfigFile Parse(string source, string json) =>
        ConfigFile.Parse(source, BareNumber().Replace(json, match => $"{match.Groups["before"].Value}\"{match.Groups["word"].Value}\""));

    public static SchedulerConfig Read(ConfigFile file, string? className)
    {
        className ??= file.Text("_class_name");
        var own = SamplerNames.OfClass(className);
        var kind = own ?? SamplerNames.RelativeOf(className) ?? throw Unsupported(file, "_class_name", className, SamplerNames.KnownClasses);

        // diffusers, too, reads "deis" as dpmsolver++ where this class is made from the other's configuration.
        if (kind == SamplerKind.DpmSolverPlusPlus && Choice(file, "algorithm_type", "dpmsolver++", "dpmsolver++", "sde-dpmsolver++", "deis") == "sde-dpmsolver++")
        {
            kind = SamplerKind.DpmSolverPlusPlusSde;
        }

        RefuseUnsupported(file);
        var defaults = SchedulerDefaults.Of(kind);
        var config = new SchedulerConfig
        {
            Source = file.Path,
            Sampler = kind,
            NamedClass = own is null ? className : null,
            Given = Given(file),
            TrainTimesteps = file.Int("num_train_timesteps", 1000),
            BetaStart = file.Number("beta_start", defaults.BetaStart),
            BetaEnd = file.Number("beta_end", defaults.BetaEnd),
            BetaSchedule = Choice(file, "beta_schedule", defaults.BetaSchedule, ("linear", BetaSchedule.Linear), ("scaled_linear", BetaSchedule.ScaledLinear), ("squaredcos_cap_v2", BetaSchedule.SquaredCosine)),
            RescaleBetasZeroSnr = file.Flag("rescale_betas_zero_snr", false),
            PredictionType = Choice(file, "prediction_type", PredictionType.Epsilon, ("epsilon", PredictionType.Epsilon), ("v_prediction", PredictionType.VPrediction), ("sample", PredictionType.Sample)),
            TimestepSpacing = Choice(file, "timestep_spacing", defaults.TimestepSpacing, ("leading", TimestepSpacing.Leading), ("trailing", TimestepSpacing.Trailing), ("linspace", TimestepSpacing.Linspace)),
            StepsOffset = file.Int("steps_offset", 0),
            SetAlphaToOne = file.Flag("set_alpha_to_one", defaults.SetAlphaToOne),
            ClipSample = file.Flag("clip_sample", defaults.ClipSample),
            ClipSampleRange = file.Number("clip_sample_range", 1),
            VarianceType = Choice(file, "variance_type", "fixed_small", "fixed_small", "fixed_small_log", "fixed_large"),
            SkipPrkSteps = file.Flag("skip_prk_steps", false),
            SolverOrder = file.Int("solver_order", 2),
            SolverType = file.Has("solver_type") ? Choice(file, "solver_type", "", "midpoint", "heun", "bh1", "bh2", "logrho") : "",
            LowerOrderFinal = file.Flag("lower_order_final", true),
            EulerAtFinal = file.Flag("euler_at_final", false),
            UseKarrasSigmas = file.Flag("use_karras_sigmas", false),
            FinalSigmaZero = Choice(file, "final_sigmas_type", "zero", "zero", "sigma_min") == "zero",
            LambdaMinClipped = LambdaMin(file),
            OriginalInferenceSteps = file.Int("original_inference_steps", 50),
            TimestepScaling = file.Number("timestep_scaling", 10),
        };
        return Checked(config);
    }

    private static SchedulerConfig Checked(SchedulerConfig config)
    {
        Range("num_train_timesteps", config.TrainTimesteps, config.TrainTimesteps >= 2, "at least 2");
        Range("beta_start", config.BetaStart, config.BetaStart is > 0 and < 1, "between 0 and 1");
        Range("beta_end", config.BetaEnd, config.BetaEnd is > 0 and < 1, "between 0 and 1");
        Range("steps_offset", config.StepsOffset, config.StepsOffset >= 0, "0 or more");
        Range("solver_order", config.SolverOrder, config.SolverOrder is >= 1 and <= 3, "1, 2 or 3");
        Range("original_inference_steps", config.OriginalInferenceSteps, config.OriginalInferenceSteps >= 1 && config.OriginalInferenceSteps <= config.TrainTimesteps, "between 1 and num_train_timesteps");
        Range("timestep_scaling", config.TimestepScaling, config.TimestepScaling > 0, "above 0");
        Range("clip_sample_range", config.ClipSampleRange, config.ClipSampleRange > 0, "above 0");
        return config;

        void Range(string key, double value, bool fits, string range)
        {
            if (!fits)
            {
                throw new DiptychException(FormattableString.Invariant($"{config.Source}: \"{key}\" is {value} but must be {range}: restore the model's own file."));
            }
        }
    }

    private static void RefuseUnsupported(ConfigFile file)
    {
        foreach (var key in s_unsupportedFlags)
        {
            if (file.Flag(key, false))
            {
                throw Unsupported(file, key, "true", ["false"]);
            }
        }

        foreach (var key in s_unsupportedValues)
        {
            if (file.Has(key))
            {
                throw Unsupported(file, key, file.Root.GetProperty(key).GetRawText(), ["null"]);
            }
        }

        Choice(file, "interpolation_type", "linear", "linear");
        Choice(file, "timestep_type", "discrete", "discrete");
        if (!file.Flag("predict_x0", true))
        {
            throw Unsupported(file, "predict_x0", "false", ["true"]);
        }

        if (file.Ints("disable_corrector", []).Count > 0)
        {
            throw Unsupported(file, "disable_corrector", file.Root.GetProperty("disable_corrector").GetRawText(), ["[]"]);
        }
    }

    private static HashSet<string> Given(ConfigFile file)
    {
        var given = file.Root.EnumerateObject().Select(property => property.Name).ToHashSet(StringComparer.Ordinal);
        given.ExceptWith(file.Texts("_use_default_values", []));
        return given;
    }

    private static double LambdaMin(ConfigFile file) =>
        !file.Has("lambda_min_clipped") || file.Root.GetProperty("lambda_min_clipped") is { ValueKind: JsonValueKind.String } text && text.GetString() == "-Infinity"
            ? double.NegativeInfinity
            : file.Number("lambda_min_clipped");

    private static string Choice(ConfigFile file, string key, string fallback, params string[] known)
    {
        var text = file.Text(key, fallback);
        return known.Contains(text) ? text : throw Unsupported(file, key, text, known);
    }

    private static T Choice<T>(ConfigFile file, string key, T fallback, params (string Text, T Value)[] known)
        where T : struct
    {
        if (!file.Has(key))
        {
            return fallback;
        }

        var text = Choice(file, key, known[0].Text, [.. known.Select(entry => entry.Text)]);
        return known.First(entry => entry.Text == text).Value;
    }

    private static DiptychException Unsupported(ConfigFile file, string key, string value, IReadOnlyList<string> known) =>
        new($"{file.Path}: \"{key}\" is {value}, which is not supported: use {string.Join(" or ", known)}.");

    [GeneratedRegex("""(?<before>:\s*)(?<word>-?Infinity|NaN)(?=\s*[,}])""")]
    private static partial Regex BareNumber();
}
