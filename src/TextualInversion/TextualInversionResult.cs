namespace Diptych.TextualInversion;

/// <summary>What a run learned.</summary>
/// <param name="EmbeddingFile">The written <c>learned_embeds.safetensors</c>.</param>
/// <param name="Seconds">Training time.</param>
/// <param name="TrainedParameters">Numbers that learned.</param>
/// <param name="RowNorm">Mean norm of the learned rows.</param>
/// <param name="TypicalNorm">Median norm of the vocabulary's rows: far above it, a word drowns the rest of the prompt.</param>
/// <param name="Moved">Distance of the rows from where they started, mean over rows.</param>
public sealed record TextualInversionResult(string EmbeddingFile, double Seconds, long TrainedParameters, double RowNorm, double TypicalNorm, double Moved);
