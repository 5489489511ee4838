using Diptych.Lab.Judges;

namespace Diptych.Lab.Prompts;

/// <summary>Prompt fidelity: the share of a prompt's demands that the oracle sees in a picture.</summary>
public static class PromptFidelity
{
    /// <summary>Scores every picture of a reading against one prompt; null where the prompt asks for nothing (such a picture does not count).</summary>
    public static IReadOnlyList<double?> Score(OracleReading reading, PromptTruth truth)
    {
        ArgumentNullException.ThrowIfNull(reading);
        ArgumentNullException.ThrowIfNull(truth);
        return [.. Enumerable.Range(0, reading.Count).Select(picture => Share(reading, picture, truth))];
    }

    private static double? Share(OracleReading reading, int picture, PromptTruth truth) =>
        truth.IsEmpty ? null : truth.Demands.Average(demand => reading.Value(demand.Key, picture) == demand.Value ? 1.0 : 0.0);
}
