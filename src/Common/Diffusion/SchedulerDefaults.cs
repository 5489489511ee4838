namespace Diptych.Common.Diffusion;

/// <summary>The values diffusers' scheduler classes take for keys missing from a file, where the classes differ.</summary>
internal sealed record SchedulerDefaults(double BetaStart, double BetaEnd, BetaSchedule BetaSchedule, TimestepSpacing TimestepSpacing, bool SetAlphaToOne, bool ClipSample)
{
    private const double FirstBeta = 0.0001;
    private const double LastBeta = 0.02;
    private const double LatentFirstBeta = 0.00085;
    private const double LatentLastBeta = 0.012;

    /// <summary>The defaults of the class behind a sampler.</summary>
    public static SchedulerDefaults Of(SamplerKind kind) => kind switch
    {
        SamplerKind.Ddpm or SamplerKind.Ddim => new(FirstBeta, LastBeta, BetaSchedule.Linear, TimestepSpacing.Leading, SetAlphaToOne: true, ClipSample: true),
        SamplerKind.Pndm => new(FirstBeta, LastBeta, BetaSchedule.Linear, TimestepSpacing.Leading, SetAlphaToOne: false, ClipSample: false),
        SamplerKind.Heun => new(LatentFirstBeta, LatentLastBeta, BetaSchedule.Linear, TimestepSpacing.Linspace, SetAlphaToOne: true, ClipSample: false),
        SamplerKind.Lcm => new(LatentFirstBeta, LatentLastBeta, BetaSchedule.ScaledLinear, TimestepSpacing.Leading, SetAlphaToOne: true, ClipSample: false),
        _ => new(FirstBeta, LastBeta, BetaSchedule.Linear, TimestepSpacing.Linspace, SetAlphaToOne: true, ClipSample: false),
    };
}
