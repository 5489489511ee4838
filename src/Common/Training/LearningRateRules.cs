using System.Globalization;

namespace Diptych.Common.Training;

/// <summary>Factors until given steps, and one for the rest: <c>1:10,0.1:20,0.01</c>.</summary>
internal sealed class LearningRateRules
{
    private readonly SortedDictionary<int, double> _until;
    private readonly double _rest;

    private LearningRateRules(SortedDictionary<int, double> until, double rest) => (_until, _rest) = (until, rest);

    public static LearningRateRules Parse(string? text)
    {
        var parts = (text ?? "").Split(',', StringSplitOptions.TrimEntries);
        var until = new SortedDictionary<int, double>();
        foreach (var part in parts[..^1])
        {
            var pair = part.Split(':');
            if (pair.Length != 2 || !Number(pair[0], out var factor) || !int.TryParse(pair[1], NumberStyles.None, CultureInfo.InvariantCulture, out var step))
            {
                throw Malformed(text);
            }

            until[step] = factor;
        }

        return Number(parts[^1], out var rest) ? new(until, rest) : throw Malformed(text);
    }

    public double At(int step)
    {
        foreach (var (end, factor) in _until)
        {
            if (step < end)
            {
                return factor;
            }
        }

        return _rest;
    }

    private static bool Number(string text, out double value) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value) && double.IsFinite(value) && value >= 0;

    private static DiptychException Malformed(string? text) =>
        new($"The steps of piecewise_constant are '{text}': write factors with the steps they end at, and a last one, such as 1:10,0.1:20,0.01.");
}
