namespace Diptych.Common.Data;

/// <summary>What a photo folder holds.</summary>
/// <param name="Files">The photos in natural order; at least one.</param>
/// <param name="Skipped">Everything else, with the reason.</param>
public sealed record PhotoListing(IReadOnlyList<string> Files, IReadOnlyList<SkippedFile> Skipped);
