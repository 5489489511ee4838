using static TorchSharp.torch;

namespace Diptych.Common.Diffusion;

/// <summary>
/// One step of DPM-Solver++ from noise level σ_i to σ_{i+1}: exponential integration of the clean sample's predictions over λ = log(α/σ).
/// History holds those predictions, newest first.
/// </summary>
internal readonly struct DpmSolverStep
{
    private readonly double _keep;
    private readonly double _alpha;
    private readonly double _h;
    private readonly double _older;
    private readonly double _oldest;
    private readonly bool _stochastic;

    public DpmSolverStep(SigmaSchedule levels, int i, bool stochastic)
    {
        var sigmas = levels.Sigmas;
        _alpha = levels.Alpha(i + 1);
        var (sigma, sigmaNow) = (sigmas[i + 1] * _alpha, sigmas[i] * levels.Alpha(i));
        _h = SigmaSchedule.Lambda(sigmas[i + 1]) - SigmaSchedule.Lambda(sigmas[i]);
        _older = i > 0 ? (SigmaSchedule.Lambda(sigmas[i]) - SigmaSchedule.Lambda(sigmas[i - 1])) / _h : 0;
        _oldest = i > 1 ? (SigmaSchedule.Lambda(sigmas[i - 1]) - SigmaSchedule.Lambda(sigmas[i - 2])) / _h : 0;
        _stochastic = stochastic;
        _keep = sigma / sigmaNow * (stochastic ? Math.Exp(-_h) : 1);
        Noise = stochastic ? sigma * Math.Sqrt(1 - Math.Exp(-2 * _h)) : 0;
    }

    /// <summary>Standard deviation of the noise to add; 0 in the deterministic form.</summary>
    public double Noise { get; }

    // The stochastic form is the deterministic one with twice the step (appendix of the paper).
    private double Span => _stochastic ? 2 * _h : _h;

    private double Decay => 1 - Math.Exp(-Span);

    public Tensor First(Tensor sample, TensorHistory clean) => _keep * sample + _alpha * Decay * clean[0];

    public Tensor Second(Tensor sample, TensorHistory clean, bool heun)
    {
        var slope = (clean[0] - clean[1]) / _older;
        return First(sample, clean) + _alpha * (heun ? 1 - Decay / Span : 0.5 * Decay) * slope;
    }

    /// <summary>Third order. In its stochastic form diffusers has the sign of the last 0.5 wrong: its term would not vanish with the step.</summary>
    public Tensor Third(Tensor sample, TensorHistory clean)
    {
        var (recent, before) = ((clean[0] - clean[1]) / _older, (clean[1] - clean[2]) / _oldest);
        var bend = (recent - before) / (_older + _oldest);
        var slope = recent + _older * bend;
        return First(sample, clean) + _alpha * (1 - Decay / Span) * slope - _alpha * ((Span - Decay) / (Span * Span) - 0.5) * bend;
    }
}
