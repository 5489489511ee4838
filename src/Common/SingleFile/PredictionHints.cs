using System.Globalization;
using Diptych.Common.Diffusion;
using Diptych.Common.Weights;
using static TorchSharp.torch;

namespace Diptych.Common.SingleFile;

/// <summary>
/// Finds out what a checkpoint's network predicts. Stable Diffusion 2 was published both ways under the same names and shapes; the file says
/// which only by accident, so every accident is looked for in turn.
/// </summary>
internal static class PredictionHints
{
    // The steps the published files count: 2.0-base's 875,000; 2.0's 140,000 and 2.1's 110,000 more, which turned it to v.
    private const string StepsOfBase = "875000";
    private static readonly string[] StepsOfV = ["140000", "110000"];

    // The last attention's norm has moved further from zero in every v model looked at: ComfyUI's rule of thumb, and its threshold.
    private const string TellingBias = Ldm.Unet + "output_blocks.11.1.transformer_blocks.0.norm1.bias";
    private const double TellingDeviation = 0.09;

    public static DetectedPrediction Of(IWeightSource checkpoint, CheckpointFamily family)
    {
        if (checkpoint.Entries.ContainsKey("v_pred"))
        {
            return new DetectedPrediction(PredictionType.VPrediction, "the file carries a tensor named v_pred");
        }

        foreach (var key in (string[])["modelspec.prediction_type", "modelspec.predict_key"])
        {
            if (checkpoint.Metadata.TryGetValue(key, out var said))
            {
                var v = said.StartsWith('v');
                return new DetectedPrediction(v ? PredictionType.VPrediction : PredictionType.Epsilon, $"its metadata says {key} = {said}");
            }
        }

        if (BesideIt(checkpoint.Path) is { } named)
        {
            return named;
        }

        if (family != CheckpointFamily.StableDiffusion2)
        {
            return new DetectedPrediction(PredictionType.Epsilon, "models of this family do unless they say otherwise");
        }

        return OfTwo(checkpoint);
    }

    private static DetectedPrediction OfTwo(IWeightSource checkpoint)
    {
        if (checkpoint.Metadata.TryGetValue("global_step", out var steps) && (steps == StepsOfBase || StepsOfV.Contains(steps)))
        {
            return new DetectedPrediction(steps == StepsOfBase ? PredictionType.Epsilon : PredictionType.VPrediction, $"it was trained for {steps} steps, as {(steps == StepsOfBase ? "2.0-base" : "2.x at 768 pixels")} was");
        }

        if (!checkpoint.Entries.ContainsKey(TellingBias))
        {
            return new DetectedPrediction(PredictionType.VPrediction, "Stable Diffusion 2 at 768 pixels does, and nothing in the file tells it from the base model", IsGuess: true);
        }

        using var scope = NewDisposeScope();
        var deviation = checkpoint.Read(TellingBias).to_type(ScalarType.Float32).std(unbiased: false).item<float>();
        return new DetectedPrediction(
            deviation > TellingDeviation ? PredictionType.VPrediction : PredictionType.Epsilon,
            string.Create(CultureInfo.InvariantCulture, $"its last attention norm's bias has a deviation of {deviation:0.000}, {(deviation > TellingDeviation ? "above" : "not above")} {TellingDeviation}"),
            IsGuess: true);
    }

    // A .yaml of the same name is how the original code, and programs after it, tell v models apart.
    private static DetectedPrediction? BesideIt(string path)
    {
        var yaml = Path.ChangeExtension(path, ".yaml");
        var line = File.Exists(yaml) ? File.ReadLines(yaml).Select(l => l.Trim()).FirstOrDefault(l => l.StartsWith("parameterization:", StringComparison.Ordinal)) : null;
        return line is null
            ? null
            : new DetectedPrediction(line["parameterization:".Length..].Trim(' ', '"', '\'') == "v" ? PredictionType.VPrediction : PredictionType.Epsilon, $"{Path.GetFileName(yaml)} beside it says {line}");
    }
}
