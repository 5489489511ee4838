namespace Diptych.TextualInversion;

/// <summary>What a run learned.</summary>
/// <param name="EmbeddingFile">The written <c>learned_embeds.safetensors</c>.</param>
/// <param name="EmbeddingFiles">All written files: that one and, for a second text encoder, the one beside it.</param>
/// <param name="Seconds">Training time.</param>
/// <param name="TrainedParameters">Numbers that learned.</param>
/// <param name="RowNorm">Mean norm of the learned rows, those of the first text encoder where there are two.</param>
/// <param name="TypicalNorm">Median norm of that encoder's vocabulary: far above it, a word drowns the rest of the prompt.</param>
/// <param name="Moved">Distance of the rows from where they started, mean over rows.</param>
public sealed record TextualInversionResult(string EmbeddingFile, IReadOnlyList<string> EmbeddingFiles, double Seconds, long TrainedParameters, double RowNorm, double TypicalNorm, double Moved);
