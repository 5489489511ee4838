using Diptych.Common.Diffusion;

namespace Diptych.Common.SingleFile;

/// <summary>What a checkpoint's network predicts, and how that is known.</summary>
/// <param name="Type">The noise or v.</param>
/// <param name="Reason">How it is known, to follow "because".</param>
/// <param name="IsGuess">Whether it was judged by the weights' statistics, for want of anything that says so.</param>
public sealed record DetectedPrediction(PredictionType Type, string Reason, bool IsGuess = false);
