namespace Diptych.Common.Training;

/// <summary>One forward and backward pass of an optimizer step.</summary>
/// <param name="Index">Number of the pass since the run began; names its random streams.</param>
/// <param name="FirstPosition">Position of its first photo in the endless sequence of epochs.</param>
/// <param name="Count">Photos it sees.</param>
public readonly record struct MicroBatch(long Index, long FirstPosition, int Count);
