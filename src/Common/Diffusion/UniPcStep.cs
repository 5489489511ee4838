namespace Diptych.Common.Diffusion;

/// <summary>Coefficients of one UniPC step from noise level i to i+1 (Zhao et al. 2023, eq. 3 to 10), for predictions of the clean sample.</summary>
internal sealed class UniPcStep
{
    private readonly double _h;
    private readonly double _basis;

    public UniPcStep(SigmaSchedule levels, int i, int order, bool firstBasis)
    {
        var sigmas = levels.Sigmas;
        var lambda = SigmaSchedule.Lambda(sigmas[i]);
        var alpha = levels.Alpha(i + 1);
        _h = lambda - SigmaSchedule.Lambda(sigmas[i + 1]);
        var decay = Math.Exp(_h) - 1;
        _basis = firstBasis ? _h : decay;
        Ratios = [.. Enumerable.Range(1, order - 1).Select(k => (lambda - SigmaSchedule.Lambda(sigmas[i - k])) / _h)];
        Keep = sigmas[i + 1] * alpha / (sigmas[i] * levels.Alpha(i));
        Pull = -alpha * decay;
        Gain = -alpha * _basis;
    }

    /// <summary>r_k: where the older predictions lie, in units of the step.</summary>
    public double[] Ratios { get; }

    /// <summary>Factor of the sample.</summary>
    public double Keep { get; }

    /// <summary>Factor of the newest prediction.</summary>
    public double Pull { get; }

    /// <summary>Common factor of the differences between predictions: −α·B(h).</summary>
    public double Gain { get; }

    /// <summary>Weights of the older predictions' differences; one half at order 2, as the paper's appendix allows.</summary>
    public double[] PredictorWeights() => Ratios.Length switch
    {
        0 => [],
        1 => [0.5],
        _ => Solve(Ratios),
    };

    /// <summary>The same, and last the weight of the prediction at the level arrived at.</summary>
    public double[] CorrectorWeights() => Ratios.Length == 0 ? [0.5] : Solve([.. Ratios, 1]);

    // Σ_k ρ_k·r_k^(n−1) = n!·φ_{n+1}(h)/B(h) for n = 1, 2, ...: a Vandermonde system of at most three unknowns.
    private double[] Solve(double[] ratios)
    {
        var size = ratios.Length;
        var right = new double[size];
        var (phi, factorial) = ((Math.Exp(_h) - 1) / _h - 1, 1);
        for (var n = 0; n < size; n++)
        {
            right[n] = phi * factorial / _basis;
            factorial *= n + 2;
            phi = phi / _h - 1.0 / factorial;
        }

        return Vandermonde(ratios, right);
    }

    private static double[] Vandermonde(double[] ratios, double[] right)
    {
        // Lagrange's basis polynomials are the rows of the inverse.
        var weights = new double[ratios.Length];
        for (var k = 0; k < ratios.Length; k++)
        {
            double[] coefficients = [1];
            foreach (var other in ratios.Where((_, j) => j != k))
            {
                var scale = 1 / (ratios[k] - other);
                var product = new double[coefficients.Length + 1];
                for (var p = 0; p < coefficients.Length; p++)
                {
                    product[p] -= other * scale * coefficients[p];
                    product[p + 1] += scale * coefficients[p];
                }

                coefficients = product;
            }

            weights[k] = coefficients.Zip(right, (c, b) => c * b).Sum();
        }

        return weights;
    }
}
