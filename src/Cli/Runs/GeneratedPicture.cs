namespace Diptych.Cli.Runs;

/// <summary>One drawn picture.</summary>
/// <param name="File">Its file name.</param>
/// <param name="Seed">With <paramref name="Index"/> names its initial noise.</param>
/// <param name="Index">Its number, from 0.</param>
internal sealed record GeneratedPicture(string File, long Seed, int Index);
