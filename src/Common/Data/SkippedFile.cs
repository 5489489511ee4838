namespace Diptych.Common.Data;

/// <summary>An entry of a photo folder that was passed over.</summary>
/// <param name="Path">The file or folder.</param>
/// <param name="Reason">Why, in a few words.</param>
public sealed record SkippedFile(string Path, string Reason);
