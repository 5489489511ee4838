namespace Diptych.Common.Text;

/// <summary>A stretch of a prompt and how much it counts.</summary>
/// <param name="Text">The words, without the marks that weighted them.</param>
/// <param name="Weight">1 counts as written; 0 as if nothing were said.</param>
public sealed record WeightedSpan(string Text, double Weight);
