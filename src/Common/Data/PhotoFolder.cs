namespace Diptych.Common.Data;

/// <summary>
/// A folder of photos of one subject. What is no photo is skipped with a reason, never found out in the middle of a run:
/// <c>.DS_Store</c>, <c>Thumbs.db</c>, captions and masks lie in most such folders.
/// </summary>
public static class PhotoFolder
{
    private const string Formats = "PNG, JPEG, WebP, BMP or GIF";
    private static readonly string[] Extensions = [".png", ".jpg", ".jpeg", ".webp", ".bmp", ".gif"];

    /// <summary>The photos of a folder (not of its sub-folders) by their extensions, in natural order, and what was skipped.</summary>
    /// <exception cref="DiptychException">The folder is missing, unreadable, or holds no photo; the line names it and the remedy.</exception>
    public static PhotoListing List(string folder)
    {
        var files = new List<string>();
        var skipped = new List<SkippedFile>();
        foreach (var entry in Entries(folder))
        {
            if (ReasonToSkip(entry) is { } reason)
            {
                skipped.Add(new SkippedFile(entry.FullName, reason));
            }
            else
            {
                files.Add(entry.FullName);
            }
        }

        return files.Count > 0
            ? new PhotoListing(files, skipped)
            : throw new DiptychException(skipped.Count == 0
                ? $"{folder}: the folder is empty; put 3 to 6 photos of the subject into it ({Formats})."
                : $"{folder}: none of its {skipped.Count} entries is a photo (the first, {Path.GetFileName(skipped[0].Path)}: {skipped[0].Reason}); put {Formats} files into it.");
    }

    /// <summary>Decodes every photo of the folder, so that a bad one is known before training begins.</summary>
    /// <exception cref="DiptychException">As <see cref="List"/>, or a photo cannot be used; the line names that file.</exception>
    public static PhotoSet LoadAll(string folder, PhotoOptions? options = null)
    {
        var listing = List(folder);
        return new PhotoSet([.. listing.Files.Select(f => Photo.Load(f, options))], listing.Skipped);
    }

    private static IEnumerable<FileSystemInfo> Entries(string folder)
    {
        if (File.Exists(folder))
        {
            throw new DiptychException($"{folder}: is a file, not a folder; name the folder the photos lie in.");
        }

        try
        {
            return [.. new DirectoryInfo(folder).EnumerateFileSystemInfos().OrderBy(e => e.Name, NaturalOrder.Instance)];
        }
        catch (DirectoryNotFoundException error)
        {
            throw new DiptychException($"{folder}: there is no such folder; check the path of the photos.", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new DiptychException($"{folder}: cannot be listed ({error.Message.ReplaceLineEndings(" ").TrimEnd('.')}); check its permissions.", error);
        }
    }

    private static string? ReasonToSkip(FileSystemInfo entry) => entry switch
    {
        DirectoryInfo => "a sub-folder",
        _ when entry.Name.StartsWith('.') || entry.Attributes.HasFlag(FileAttributes.Hidden) => "a hidden file",
        _ when entry.Name.EndsWith(".mask.png", StringComparison.OrdinalIgnoreCase) => "a mask",
        _ when !Extensions.Contains(entry.Extension, StringComparer.OrdinalIgnoreCase) => $"not {Formats} by its extension",
        _ => null,
    };
}
