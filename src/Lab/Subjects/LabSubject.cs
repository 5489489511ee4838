using Diptych.Common;
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
    private static readonly string[] PictureEndings = [".png", ".jpg", ".jpeg", ".webp", ".bmp", ".gif"];

    /// <summary>Finds a subject's files. Pictures are not opened.</summary>
    /// <exception cref="DiptychException">The folder is missing, holds no picture, or its truth does not fit its pictures.</exception>
    public static LabSubject Load(string folder)
    {
        if (!Directory.Exists(folder))
        {
            throw new DiptychException($"{folder}: no such folder; give a folder of pictures, or one of models/lab/subjects");
        }

        var references = Path.Combine(folder, "references");
        var heldOut = Path.Combine(folder, "held-out");
        var truth = Path.Combine(folder, "subject.json");
        var subject = new LabSubject(
            Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder))),
            folder,
            Pictures(Directory.Exists(references) ? references : folder),
            Directory.Exists(heldOut) ? Pictures(heldOut) : [],
            File.Exists(truth) ? SubjectTruth.Read(truth) : null);
        return subject.References.Count > 0
            ? subject
            : throw new DiptychException($"{folder}: holds no picture ({string.Join(", ", PictureEndings)}); put 3 to 6 pictures of the subject into it");
    }

    private static List<LabPicture> Pictures(string folder)
    {
        var paths = Directory.GetFiles(folder)
            .Where(path => Array.Exists(PictureEndings, ending => path.EndsWith(ending, StringComparison.OrdinalIgnoreCase)))
            .Where(path => !path.EndsWith(MaskEnding, StringComparison.OrdinalIgnoreCase) && !Path.GetFileName(path).StartsWith('.'))
            .Order(StringComparer.Ordinal)
            .ToList();
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
