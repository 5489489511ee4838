using Diptych.Common.Weights;

namespace Diptych.Common.Diffusion;

/// <summary>
/// A model's <c>scheduler_config.json</c>: how noise was added in training and how its authors sample.
/// Keys missing from the file take the defaults of the diffusers class that the file names.
/// </summary>
public sealed record SchedulerConfig
{
    /// <summary>The file this came from, for error messages.</summary>
    public string Source { get; init; } = "scheduler_config.json";

    /// <summary>The sampler the file names. Default DDIM.</summary>
    public SamplerKind Sampler { get; init; } = SamplerKind.Ddim;

    /// <summary>The class the file names, where it is not built here and <see cref="Sampler"/> is only the nearest to it; null otherwise.</summary>
    public string? NamedClass { get; init; }

    /// <summary>diffusers' name of the sampler's class.</summary>
    public string ClassName => SamplerNames.ClassOf(Sampler);

    /// <summary>Number of training timesteps T. Default 1000.</summary>
    public int TrainTimesteps { get; init; } = 1000;

    /// <summary>β of the first timestep. Default 0.0001.</summary>
    public double BetaStart { get; init; } = 0.0001;

    /// <summary>β of the last timestep. Default 0.02.</summary>
    public double BetaEnd { get; init; } = 0.02;

    /// <summary>How β grows in between. Default linear.</summary>
    public BetaSchedule BetaSchedule { get; init; }

    /// <summary>Whether ᾱ is rescaled so that the last timestep is pure noise (Lin et al. 2023, algorithm 1). Default no.</summary>
    public bool RescaleBetasZeroSnr { get; init; }

    /// <summary>What the network predicts. Default the noise.</summary>
    public PredictionType PredictionType { get; init; }

    /// <summary>Which timesteps a sampler visits. Default leading.</summary>
    public TimestepSpacing TimestepSpacing { get; init; }

    /// <summary>Added to every timestep of leading spacing. Default 0; Stable Diffusion 1 and 2 use 1.</summary>
    public int StepsOffset { get; init; }

    /// <summary>Whether DDIM's and PNDM's last step goes to ᾱ = 1 rather than to ᾱ of timestep 0. Default yes.</summary>
    public bool SetAlphaToOne { get; init; } = true;

    /// <summary>Whether DDPM and DDIM clip the predicted clean sample: for pictures, not for latents. Default yes, as in diffusers.</summary>
    public bool ClipSample { get; init; } = true;

    /// <summary>Bound of the clipped sample's magnitude. Default 1.</summary>
    public double ClipSampleRange { get; init; } = 1;

    /// <summary>DDPM's variance: <c>fixed_small</c> (default), <c>fixed_small_log</c> or <c>fixed_large</c>.</summary>
    public string VarianceType { get; init; } = "fixed_small";

    /// <summary>Whether PNDM starts without Runge-Kutta steps, as Stable Diffusion does. Default no.</summary>
    public bool SkipPrkSteps { get; init; }

    /// <summary>Order of DPM-Solver++ and UniPC: 1, 2 or 3. Default 2.</summary>
    public int SolverOrder { get; init; } = 2;

    /// <summary>
    /// DPM-Solver++'s second-order rule, <c>heun</c> or (for any other value) midpoint; UniPC's B(h), <c>bh1</c> or (for any other value) bh2.
    /// </summary>
    public string SolverType { get; init; } = "";

    /// <summary>Whether DPM-Solver++ (below 15 steps) and UniPC lower their order at the end. Default yes.</summary>
    public bool LowerOrderFinal { get; init; } = true;

    /// <summary>Whether DPM-Solver++'s last step is of first order whatever the number of steps. Default no.</summary>
    public bool EulerAtFinal { get; init; }

    /// <summary>Whether noise levels follow Karras et al. 2022, eq. 5. Default no.</summary>
    public bool UseKarrasSigmas { get; init; }

    /// <summary>Whether the last noise level is 0 (default) rather than the first training timestep's.</summary>
    public bool FinalSigmaZero { get; init; } = true;

    /// <summary>DPM-Solver++ leaves out timesteps whose log-SNR/2 lies below this. Default −∞: none.</summary>
    public double LambdaMinClipped { get; init; } = double.NegativeInfinity;

    /// <summary>Steps of the schedule a latent consistency model was distilled on. Default 50.</summary>
    public int OriginalInferenceSteps { get; init; } = 50;

    /// <summary>How fast a latent consistency model's boundary condition lets go of its input. Default 10.</summary>
    public double TimestepScaling { get; init; } = 10;

    /// <summary>Keys the file gives itself; the rest follow the class.</summary>
    internal IReadOnlySet<string> Given { get; init; } = new HashSet<string>();

    /// <summary>Reads a <c>scheduler_config.json</c>, also one with the bare <c>-Infinity</c> that Python writes.</summary>
    /// <exception cref="DiptychException">The file is missing or broken, or a value is not supported; the message names file, key and value.</exception>
    public static SchedulerConfig Load(string path) => Read(SchedulerConfigReader.Open(path));

    /// <summary>Reads a configuration; <paramref name="className"/> replaces the file's <c>_class_name</c>.</summary>
    /// <exception cref="DiptychException">A value is not supported; the message names file, key and value.</exception>
    public static SchedulerConfig Read(ConfigFile file, string? className = null) => SchedulerConfigReader.Read(file, className);

    /// <summary>Parses a configuration that came from <paramref name="source"/> (named in errors).</summary>
    /// <exception cref="DiptychException">The text is no JSON object, or a value is not supported.</exception>
    public static SchedulerConfig Parse(string source, string json, string? className = null) => Read(SchedulerConfigReader.Parse(source, json), className);

    /// <summary>
    /// The same model under another sampler: what the file gives stays, what came from its class's defaults takes the other class's,
    /// as diffusers' <c>from_config</c> does.
    /// </summary>
    public SchedulerConfig For(SamplerKind kind)
    {
        var (own, other) = (SchedulerDefaults.Of(Sampler), SchedulerDefaults.Of(kind));
        return this with
        {
            Sampler = kind,
            BetaStart = Pick("beta_start", BetaStart, own.BetaStart, other.BetaStart),
            BetaEnd = Pick("beta_end", BetaEnd, own.BetaEnd, other.BetaEnd),
            BetaSchedule = Pick("beta_schedule", BetaSchedule, own.BetaSchedule, other.BetaSchedule),
            TimestepSpacing = Pick("timestep_spacing", TimestepSpacing, own.TimestepSpacing, other.TimestepSpacing),
            SetAlphaToOne = Pick("set_alpha_to_one", SetAlphaToOne, own.SetAlphaToOne, other.SetAlphaToOne),
            ClipSample = Pick("clip_sample", ClipSample, own.ClipSample, other.ClipSample),
        };
    }

    private T Pick<T>(string key, T value, T ownDefault, T otherDefault)
        where T : struct =>
        Given.Contains(key) || !EqualityComparer<T>.Default.Equals(value, ownDefault) ? value : otherDefault;
}
