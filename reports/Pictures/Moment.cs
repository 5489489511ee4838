namespace Diptych.Reports.Pictures;

/// <summary>A context and initial latents that all arms share: one row of a picture grid.</summary>
/// <param name="Context">Context within the family.</param>
/// <param name="SeedIndex">Index of the initial latents.</param>
internal sealed record Moment(string Context, int SeedIndex);
