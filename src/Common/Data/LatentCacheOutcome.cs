namespace Diptych.Common.Data;

/// <summary>Where a latent cache came from.</summary>
/// <param name="Cache">The cache.</param>
/// <param name="Reused">Whether it was read from the file.</param>
/// <param name="Warning">What was wrong with a file that could not be used, in one line; null where nothing was.</param>
public sealed record LatentCacheOutcome(LatentCache Cache, bool Reused, string? Warning);
