namespace Diptych.Common.Data;

/// <summary>One picture of a manifest.</summary>
/// <param name="Name">File name, without a folder.</param>
/// <param name="Sha256">SHA-256 of the file in lower-case hexadecimal.</param>
public sealed record ManifestEntry(string Name, string Sha256);
