using System.Text.RegularExpressions;
using Diptych.Common.Diffusion;
using Diptych.Common.SingleFile;

namespace Diptych.Common.Pipelines;

/// <summary>
/// A model's <c>scheduler_config.json</c> as it is copied: as text, since Python writes numbers into it that JSON does not know (<c>-Infinity</c>).
/// </summary>
internal static partial class SchedulerFile
{
    /// <summary>The file's name in the scheduler's folder.</summary>
    public const string Name = "scheduler_config.json";

    /// <summary>The file's text with the prediction type that was asked for in place of its own; all else stays as it is.</summary>
    /// <param name="text">The text of a scheduler's configuration.</param>
    /// <param name="asked">What the network predicts; null leaves the text alone.</param>
    public static string WithPrediction(string text, PredictionType? asked)
    {
        if (asked is not { } prediction)
        {
            return text;
        }

        var entry = $"\"prediction_type\": \"{StandardConfigs.NameOf(prediction)}\"";
        // A file without the entry means the noise.
        return Entry().IsMatch(text) ? Entry().Replace(text, entry) : text.Insert(text.IndexOf('{') + 1, $"\n  {entry},");
    }

    [GeneratedRegex(@"""prediction_type""\s*:\s*(?:""[^""]*""|null)")]
    private static partial Regex Entry();
}
