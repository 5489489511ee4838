using System.Numerics;
using System.Runtime.CompilerServices;

namespace Diptych.Common.Training;

/// <summary>AdamW's constants for one tensor in one step (Loshchilov and Hutter 2019, algorithm 2), and the step they make.</summary>
internal readonly unsafe struct AdamWFactors
{
    private readonly float _keep;
    private readonly float _beta1;
    private readonly float _beta2;
    private readonly float _gradientShare;
    private readonly float _stepSize;
    private readonly float _epsilon;

    /// <param name="options">The method's constants.</param>
    /// <param name="learningRate">This step's rate.</param>
    /// <param name="gradientDivisor">What gradients are divided by first.</param>
    /// <param name="step">The step's number, from 1.</param>
    public AdamWFactors(AdamWOptions options, double learningRate, double gradientDivisor, int step)
    {
        // Both moments are corrected for their zero start in the end: m / c1 / (sqrt(v / c2) + e) is m * (sqrt(c2) / c1) / (sqrt(v) + e * sqrt(c2)).
        var root = Math.Sqrt(1 - Math.Pow(options.Beta2, step));
        _keep = (float)(1 - (learningRate * options.WeightDecay));
        (_beta1, _beta2) = ((float)options.Beta1, (float)options.Beta2);
        _gradientShare = (float)(1 / gradientDivisor);
        _stepSize = (float)(learningRate * root / (1 - Math.Pow(options.Beta1, step)));
        _epsilon = (float)(options.Epsilon * root);
    }

    /// <summary>Steps some neighbouring numbers, moments and weights in place, and gives the weights.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector<float> Step(Vector<float> gradient, float* mean, float* square, float* weight)
    {
        gradient *= _gradientShare;
        var m = (_beta1 * Vector.Load(mean)) + ((1 - _beta1) * gradient);
        var v = (_beta2 * Vector.Load(square)) + ((1 - _beta2) * gradient * gradient);
        var w = (Vector.Load(weight) * _keep) - (_stepSize * m / (Vector.SquareRoot(v) + new Vector<float>(_epsilon)));
        Vector.Store(m, mean);
        Vector.Store(v, square);
        Vector.Store(w, weight);
        return w;
    }

    /// <summary>The same for one number.</summary>
    public void Step(float gradient, float* mean, float* square, float* weight)
    {
        gradient *= _gradientShare;
        *mean = (_beta1 * *mean) + ((1 - _beta1) * gradient);
        *square = (_beta2 * *square) + ((1 - _beta2) * gradient * gradient);
        *weight = (*weight * _keep) - (_stepSize * *mean / (MathF.Sqrt(*square) + _epsilon));
    }
}
