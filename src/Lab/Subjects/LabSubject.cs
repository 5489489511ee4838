using Diptych.Common;
using Diptych.Common.Data;
using Diptych.Lab.World;

namespace Diptych.Lab.Subjects;

/// <summary>
/// A subject's folder. The laboratory's own hold <c>references/</c> (to train on), <c>held-out/</c> (to measure with), masks,
/// <c>attributes.json</c> and <c>subject.json</c>; a plain folder of photos is a subject with references only.
/// </summary>
/// <param name="Name">The folder's name.</param>
/// <param name="Folder">The folder.</param>
/// <param name="References">Pictures to train on, ordered by name.</param>
/// <param name="HeldOut">Pictures kept from training, ordered by name; empty for plain photo folders.</param>
/// <param name="Truth">What the subject looks like; null without <c>subject.json</c>.</param>
public sealed record LabSubject(string Name, string Folder, IReadOnlyList<LabPicture> References, IReadOnlyList<LabPicture> HeldOut, SubjectTruth? Truth)
{
    private const string AttributesFile = "attributes.json";
    private const string MaskEnding = ".mask.png";

    /// <summary>Finds a subject's files. Pictures are not opened.</summary>
    /// <exception cref="DiptychException">The folder is missing, holds no picture, or its truth does not fit its pictures.</exception>
    public static LabSubject Load(string folder)
    {
        var references = Path.Combine(folder, "references");
        var heldOut = Path.Combine(folder, "held-out");
        var truth = Path.Combine(folder, "subject.json");
        return new LabSubject(
            Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder))),
            folder,
            Pictures(Directory.Exists(references) ? references : folder),
            Directory.Exists(heldOut) ? Pictures(heldOut) : [],
            File.Exists(truth) ? SubjectTruth.Read(truth) : null);
    }

    /// <summary>Every subject of a folder of subjects, ordered by name.</summary>
    /// <exception cref="DiptychException">The folder is missing, or a subject in it does not load.</exception>
    public static IReadOnlyList<LabSubject> LoadAll(string folder) =>
        Directory.Exists(folder)
            ? [.. Directory.GetDirectories(folder).Order(StringComparer.Ordinal).Select(Load)]
            : throw new DiptychException($"{folder}: no such folder; copy it again from the repository's models/lab");

    private static List<LabPicture> Pictures(string folder)
    {
        var paths = PhotoFolder.List(folder).Files;
        var truthPath = Path.Combine(folder, AttributesFile);
        var truth = File.Exists(truthPath) ? LabJson.Read<PictureAttributes[]>(truthPath) : null;
        if (truth is not null && truth.Length != paths.Count)
        {
            throw new DiptychException($"{truthPath}: tells of {truth.Length} pictures where the folder holds {paths.Count}; restore the folder's files");
        }

        return [.. paths.Select((path, index) => new LabPicture(path, MaskOf(path), truth?[index]))];
    }

    private static string? MaskOf(string path)
    {
        var mask = Path.ChangeExtension(path, null) + MaskEnding;
        return File.Exists(mask) ? mask : null;
    }
}
