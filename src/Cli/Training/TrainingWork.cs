using Diptych.Common.Data;
using Diptych.Common.Pipelines;
using Diptych.Common.Training;

namespace Diptych.Cli.Training;

/// <summary>What a method is given to train with.</summary>
/// <param name="Model">A freshly loaded pipeline.</param>
/// <param name="Photos">The subject's photos.</param>
/// <param name="Transform">How they are made ready.</param>
/// <param name="Training">The options both methods share.</param>
/// <param name="Folder">The run folder.</param>
/// <param name="Resume">Whether to go on from the folder's latest checkpoint.</param>
/// <param name="Cancellation">Stops between two steps, after a checkpoint.</param>
internal sealed record TrainingWork(
    StableDiffusion Model, PhotoSet Photos, ImageTransform Transform, TrainingOptions Training, string Folder, bool Resume, CancellationToken Cancellation)
{
    /// <summary>SHA-256 of what the run comes from, by name; the method adds its own.</summary>
    public Dictionary<string, string> Hashes { get; } = new(StringComparer.Ordinal);
}
