using System.Globalization;

namespace Diptych.Common.Training;

/// <summary>
/// The factor of the peak learning rate at each optimizer step, as in diffusers' <c>optimization.py</c>: a pure function of the step.
/// Steps are optimizer updates, counted from 0, whatever the accumulation. The reference scripts log the rate after their scheduler has moved on:
/// the rate they print for step i is the factor at i + 1.
/// </summary>
public sealed class LearningRateSchedule
{
    /// <summary>Where the polynomial's rate ends, in the rate's own unit.</summary>
    public const double PolynomialEnd = 1e-7;

    private static readonly (string Name, LearningRateKind Kind)[] s_names =
    [
        ("constant", LearningRateKind.Constant),
        ("constant_with_warmup", LearningRateKind.ConstantWithWarmup),
        ("linear", LearningRateKind.Linear),
        ("cosine", LearningRateKind.Cosine),
        ("cosine_with_restarts", LearningRateKind.CosineWithRestarts),
        ("polynomial", LearningRateKind.Polynomial),
        ("piecewise_constant", LearningRateKind.PiecewiseConstant),
    ];

    private readonly int _warmupSteps;
    private readonly int _totalSteps;
    private readonly int _cycles;
    private readonly double _power;
    private readonly double _floor;
    private readonly LearningRateRules? _rules;

    private LearningRateSchedule(LearningRateKind kind, int warmupSteps, int totalSteps, int cycles, double power, double floor, LearningRateRules? rules)
    {
        Kind = kind;
        (_warmupSteps, _totalSteps, _cycles, _power, _floor, _rules) = (warmupSteps, totalSteps, cycles, power, floor, rules);
    }

    /// <summary>The names that <see cref="Parse"/> knows.</summary>
    public static IReadOnlyList<string> Known { get; } = [.. s_names.Select(entry => entry.Name)];

    /// <summary>The shape.</summary>
    public LearningRateKind Kind { get; }

    /// <summary>A schedule by the reference's name.</summary>
    /// <param name="name">One of <see cref="Known"/>.</param>
    /// <param name="warmupSteps">Steps over which the factor rises from 0; step 0 itself learns nothing.</param>
    /// <param name="totalSteps">Optimizer steps of the run.</param>
    /// <param name="cycles">Restarts of cosine_with_restarts. Default 1.</param>
    /// <param name="power">Power of polynomial. Default 1.</param>
    /// <param name="rate">The peak rate, which polynomial needs because its end is no share of it. Default 1.</param>
    /// <param name="rules">piecewise_constant's factors, such as <c>1:10,0.1:20,0.01</c>: 1 before step 10, 0.1 before step 20, then 0.01.</param>
    /// <exception cref="DiptychException">The name is unknown or a number out of range.</exception>
    public static LearningRateSchedule Parse(string name, int warmupSteps, int totalSteps, int cycles = 1, double power = 1, double rate = 1, string? rules = null)
    {
        var kind = KindOf(name);
        Check("--lr-warmup-steps", warmupSteps, warmupSteps >= 0, "0 or more");
        Check("--max-train-steps", totalSteps, totalSteps >= 0, "0 or more");
        Check("--lr-num-cycles", cycles, cycles >= 1, "1 or more");
        Check("--lr-power", power, power > 0, "above 0");
        if (kind == LearningRateKind.Polynomial)
        {
            Check("--learning-rate", rate, rate > PolynomialEnd, "above 1e-7, where the polynomial schedule ends");
        }

        var steps = kind == LearningRateKind.PiecewiseConstant ? LearningRateRules.Parse(rules) : null;
        return new(kind, warmupSteps, totalSteps, cycles, power, PolynomialEnd / rate, steps);
    }

    /// <summary>The factor of the peak rate for optimizer step <paramref name="step"/>, from 0 on.</summary>
    public double At(int step)
    {
        if (Kind is LearningRateKind.Constant)
        {
            return 1;
        }

        if (_rules is not null)
        {
            return _rules.At(step);
        }

        return step < _warmupSteps ? step / (double)_warmupSteps : AfterWarmup(step);
    }

    private double AfterWarmup(int step)
    {
        // Past the horizon progress goes on: the cosine climbs again, as in the reference.
        double decaySteps = Math.Max(1, _totalSteps - _warmupSteps);
        var progress = (step - _warmupSteps) / decaySteps;
        return Kind switch
        {
            LearningRateKind.Linear => Math.Max(0, (_totalSteps - step) / decaySteps),
            LearningRateKind.Cosine => HalfCosine(progress),
            LearningRateKind.CosineWithRestarts => progress >= 1 ? 0 : HalfCosine(_cycles * progress % 1),
            LearningRateKind.Polynomial => progress >= 1 ? _floor : _floor + (1 - _floor) * Math.Pow(1 - progress, _power),
            _ => 1,
        };
    }

    private static double HalfCosine(double progress) => Math.Max(0, 0.5 * (1 + Math.Cos(Math.PI * progress)));

    private static LearningRateKind KindOf(string name)
    {
        foreach (var entry in s_names)
        {
            if (entry.Name == name)
            {
                return entry.Kind;
            }
        }

        throw new DiptychException($"--lr-scheduler '{name}' does not exist: choose one of {string.Join(", ", Known)}.");
    }

    private static void Check(string option, double value, bool fits, string range)
    {
        if (!fits)
        {
            throw new DiptychException(string.Create(CultureInfo.InvariantCulture, $"{option} is {value} but must be {range}."));
        }
    }
}
