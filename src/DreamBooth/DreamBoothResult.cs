namespace Diptych.DreamBooth;

/// <summary>What a run changed.</summary>
/// <param name="Seconds">Training time, class images and caching apart.</param>
/// <param name="TrainedParameters">Numbers that learned.</param>
public sealed record DreamBoothResult(double Seconds, long TrainedParameters);
