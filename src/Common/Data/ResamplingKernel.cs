namespace Diptych.Common.Data;

/// <summary>
/// The weights with which input pixels add up to each output pixel along one axis, in fixed point.
/// When shrinking, the filter is stretched by the scale, so that every input pixel counts (antialiasing).
/// </summary>
internal sealed class ResamplingKernel
{
    /// <summary>Fractional bits: 32 bits less 8 for the pixel, 1 for the sign and 1 for filters that overshoot. Pillow's choice, so its rounding too.</summary>
    public const int Precision = 22;

    private readonly int[] _first;
    private readonly int[][] _weights;

    /// <summary>Weights for the outputs <paramref name="from"/> to <paramref name="from"/> + <paramref name="count"/> of an axis resized from one length to another.</summary>
    public ResamplingKernel(Resampling filter, int inputLength, int outputLength, int from, int count)
    {
        _first = new int[count];
        _weights = new int[count][];
        var scale = (double)inputLength / outputLength;
        var stretch = Math.Max(scale, 1.0);
        var radius = Radius(filter) * stretch;
        var inverse = 1.0 / stretch;
        for (var output = 0; output < count; output++)
        {
            var centre = (from + output + 0.5) * scale;
            var first = Math.Max((int)(centre - radius + 0.5), 0);
            var end = Math.Min((int)(centre + radius + 0.5), inputLength);
            _first[output] = first;
            _weights[output] = FixedPoint(filter, first, end - first, centre, inverse);
        }
    }

    /// <summary>First input pixel that any of the outputs needs.</summary>
    public int FirstInput => _first[0];

    /// <summary>One past the last input pixel that any of the outputs needs.</summary>
    public int EndInput => _first[^1] + _weights[^1].Length;

    /// <summary>First input pixel of the given output.</summary>
    public int First(int output) => _first[output];

    /// <summary>The weights of the input pixels from <see cref="First"/> on; they sum to 2^<see cref="Precision"/> up to rounding.</summary>
    public ReadOnlySpan<int> Weights(int output) => _weights[output];

    private static int[] FixedPoint(Resampling filter, int first, int count, double centre, double inverse)
    {
        Span<double> exact = count <= 256 ? stackalloc double[count] : new double[count];
        var sum = 0.0;
        for (var i = 0; i < count; i++)
        {
            exact[i] = Value(filter, (i + first - centre + 0.5) * inverse);
            sum += exact[i];
        }

        var weights = new int[count];
        for (var i = 0; i < count; i++)
        {
            var weight = sum == 0 ? exact[i] : exact[i] / sum;
            weights[i] = (int)((weight * (1 << Precision)) + (weight < 0 ? -0.5 : 0.5));
        }

        return weights;
    }

    private static double Radius(Resampling filter) => filter switch
    {
        Resampling.Box => 0.5,
        Resampling.Bilinear => 1.0,
        Resampling.Bicubic => 2.0,
        Resampling.Lanczos => 3.0,
        _ => throw new ArgumentOutOfRangeException(nameof(filter)),
    };

    private static double Value(Resampling filter, double x)
    {
        var distance = Math.Abs(x);
        return filter switch
        {
            // Half open, so that a pixel exactly between two outputs belongs to one of them.
            Resampling.Box => x is > -0.5 and <= 0.5 ? 1.0 : 0.0,
            Resampling.Bilinear => distance < 1.0 ? 1.0 - distance : 0.0,
            Resampling.Bicubic => Cubic(distance),
            _ => x is >= -3.0 and < 3.0 ? Sinc(x) * Sinc(x / 3.0) : 0.0,
        };
    }

    private static double Cubic(double x)
    {
        const double a = -0.5;
        return x switch
        {
            < 1.0 => (((((a + 2.0) * x) - (a + 3.0)) * x) * x) + 1.0,
            < 2.0 => ((((x - 5.0) * x) + 8.0) * x - 4.0) * a,
            _ => 0.0,
        };
    }

    private static double Sinc(double x)
    {
        if (x == 0.0)
        {
            return 1.0;
        }

        x *= Math.PI;
        return Math.Sin(x) / x;
    }
}
