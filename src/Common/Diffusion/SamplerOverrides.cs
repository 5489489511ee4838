namespace Diptych.Common.Diffusion;

/// <summary>What one drawing changes of a model's <see cref="SchedulerConfig"/>; what is null stays the model's own.</summary>
public sealed record SamplerOverrides
{
    private static readonly SamplerKind[] s_karras = [SamplerKind.DpmSolverPlusPlus, SamplerKind.DpmSolverPlusPlusSde, SamplerKind.Euler, SamplerKind.Heun, SamplerKind.Lms, SamplerKind.UniPc];

    /// <summary>The sampler.</summary>
    public SamplerKind? Sampler { get; init; }

    /// <summary>Which training timesteps are visited.</summary>
    public TimestepSpacing? TimestepSpacing { get; init; }

    /// <summary>What the network predicts, for files that say it wrongly.</summary>
    public PredictionType? PredictionType { get; init; }

    /// <summary>Whether ᾱ is rescaled to end at zero signal.</summary>
    public bool? RescaleBetasZeroSnr { get; init; }

    /// <summary>Whether noise levels follow Karras et al. 2022, eq. 5.</summary>
    public bool? Karras { get; init; }

    /// <summary>DDIM's share of DDPM's noise. Only checked here: it is an argument of <see cref="Diffusion.Sampler.Sample"/>.</summary>
    public double? Eta { get; init; }

    /// <summary>The configuration with the changes, under the sampler asked for.</summary>
    /// <exception cref="DiptychException">A change means nothing to the sampler; the message names the option and the samplers it is for.</exception>
    public SchedulerConfig Apply(SchedulerConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);

        // First the sampler: it brings defaults of its own, which what is asked for goes before.
        var own = config.For(Sampler ?? config.Sampler);
        Refuse(Karras == true, "--karras", own.Sampler, s_karras);
        Refuse(TimestepSpacing is not null, "--timestep-spacing", own.Sampler, [.. Enum.GetValues<SamplerKind>().Where(kind => kind != SamplerKind.Lcm)]);
        Refuse(Eta > 0, "--eta", own.Sampler, [SamplerKind.Ddim]);
        return own with
        {
            TimestepSpacing = TimestepSpacing ?? own.TimestepSpacing,
            PredictionType = PredictionType ?? own.PredictionType,
            RescaleBetasZeroSnr = RescaleBetasZeroSnr ?? own.RescaleBetasZeroSnr,
            UseKarrasSigmas = Karras ?? own.UseKarrasSigmas,
        };
    }

    private static void Refuse(bool asked, string option, SamplerKind kind, SamplerKind[] known)
    {
        if (asked && !known.Contains(kind))
        {
            throw new DiptychException($"{option} means nothing to the sampler {SamplerNames.Of(kind)}: leave it out, or take --sampler {string.Join(", ", known.Select(SamplerNames.Of))}.");
        }
    }
}
