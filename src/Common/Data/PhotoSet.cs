namespace Diptych.Common.Data;

/// <summary>A photo folder, decoded.</summary>
/// <param name="Photos">The photos in natural order of their names; at least one.</param>
/// <param name="Skipped">Entries of the folder that are no photos, with the reason.</param>
public sealed record PhotoSet(IReadOnlyList<Photo> Photos, IReadOnlyList<SkippedFile> Skipped);
