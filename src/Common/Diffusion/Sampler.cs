using static TorchSharp.torch;

namespace Diptych.Common.Diffusion;

/// <summary>Draws samples: from noise down to a clean sample, asking the network at each of a sampler's timesteps.</summary>
public static class Sampler
{
    /// <summary>Runs a sampler without gradients and returns the final sample, owned by the caller's dispose scope.</summary>
    /// <param name="kind">The sampler.</param>
    /// <param name="config">The model's configuration; read as <paramref name="kind"/>'s (see <see cref="SchedulerConfig.For"/>).</param>
    /// <param name="steps">Number of steps; some samplers ask the network more often (see <see cref="Timesteps"/>).</param>
    /// <param name="initial">Unit normal noise [n, c, h, w]; left untouched.</param>
    /// <param name="predict">The network, guidance included.</param>
    /// <param name="noise">Unit normal noise of the initial sample's shape and device for a call's index; needed by samplers that draw noise.</param>
    /// <param name="progress">Told after each call: calls done, calls in all.</param>
    /// <param name="eta">DDIM only: share of DDPM's noise. Default 0, deterministic.</param>
    /// <param name="observe">Shown each intermediate sample after a call's index, for previews; called in the step's dispose scope, out of which a copy kept for later must be moved.</param>
    /// <param name="start">A clean sample to start from in the middle; null starts from noise alone.</param>
    /// <exception cref="DiptychException">The configuration and the number of steps do not fit the sampler.</exception>
    public static Tensor Sample(
        SamplerKind kind,
        SchedulerConfig config,
        int steps,
        Tensor initial,
        Denoiser predict,
        Func<int, Tensor>? noise = null,
        Action<int, int>? progress = null,
        double eta = 0,
        Action<int, Tensor>? observe = null,
        SamplerStart? start = null)
    {
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(initial);
        ArgumentNullException.ThrowIfNull(predict);
        using var withoutGradients = no_grad();
        using var scope = NewDisposeScope();
        if (start?.Skipped >= steps)
        {
            return start.Clean.clone().MoveToOuterDisposeScope();
        }

        var plan = Plan(new(config.For(kind), steps, eta, noise, start?.Skipped ?? 0));
        var sample = start is null ? initial * plan.InitialDeviation : plan.Entry.Signal * start.Clean + plan.Entry.Noise * initial;
        for (var i = plan.FirstCall; i < plan.Timesteps.Count; i++)
        {
            var previous = sample;
            using (NewDisposeScope())
            {
                var timestep = tensor(plan.Timesteps[i], ScalarType.Float32, initial.device);
                sample = plan.Step(i, sample, predict(plan.InputScale is null ? sample : sample * plan.InputScale(i), timestep));
                observe?.Invoke(i, sample);
                sample.MoveToOuterDisposeScope();
            }

            previous.Dispose();
            progress?.Invoke(i + 1 - plan.FirstCall, plan.Timesteps.Count - plan.FirstCall);
        }

        return sample.MoveToOuterDisposeScope();
    }

    /// <summary>The timesteps at which a sampler asks the network, in order; <paramref name="skipped"/> steps are left out at the noisy end.</summary>
    /// <exception cref="DiptychException">The configuration and the number of steps do not fit the sampler.</exception>
    public static IReadOnlyList<double> Timesteps(SamplerKind kind, SchedulerConfig config, int steps, int skipped = 0)
    {
        ArgumentNullException.ThrowIfNull(config);
        if (skipped >= steps && steps > 0)
        {
            return [];
        }

        var plan = Plan(new(config.For(kind), steps, 0, null, skipped));
        return [.. plan.Timesteps.Skip(plan.FirstCall)];
    }

    /// <summary>Standard deviation that the sampler gives its initial noise, so that it matches the first noise level.</summary>
    public static double InitialDeviation(SamplerKind kind, SchedulerConfig config, int steps)
    {
        ArgumentNullException.ThrowIfNull(config);
        return Plan(new(config.For(kind), steps, 0, null)).InitialDeviation;
    }

    private static SamplerPlan Plan(SamplerRequest request) => request.Config.Sampler switch
    {
        SamplerKind.Ddpm => DdpmSampler.Plan(request),
        SamplerKind.Ddim => DdimSampler.Plan(request),
        SamplerKind.Pndm => PndmSampler.Plan(request),
        SamplerKind.DpmSolverPlusPlus or SamplerKind.DpmSolverPlusPlusSde => DpmSolverSampler.Plan(request),
        SamplerKind.Euler => EulerSampler.Plan(request),
        SamplerKind.EulerAncestral => EulerAncestralSampler.Plan(request),
        SamplerKind.Heun => HeunSampler.Plan(request),
        SamplerKind.Lms => LmsSampler.Plan(request),
        SamplerKind.UniPc => UniPcSampler.Plan(request),
        SamplerKind.Lcm => LcmSampler.Plan(request),
        _ => throw new ArgumentOutOfRangeException(nameof(request), request.Config.Sampler, "No such sampler."),
    };
}
