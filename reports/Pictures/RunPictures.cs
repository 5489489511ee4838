using Diptych.Reports.Data;
using SkiaSharp;

namespace Diptych.Reports.Pictures;

/// <summary>Reads a run folder's pictures.</summary>
internal static class RunPictures
{
    /// <summary>Decodes a picture of the run; the caller disposes of it.</summary>
    /// <exception cref="ReportException">The file is missing, outside the run folder, or not a picture.</exception>
    public static SKBitmap Load(RunFolder folder, string file)
    {
        var path = Locate(folder, file);
        return SKBitmap.Decode(path) ?? throw new ReportException($"{path}: is not a picture; put the picture back, or run `diptych compare` again");
    }

    /// <summary>Full path of a picture of the run.</summary>
    /// <exception cref="ReportException">The file is missing or outside the run folder.</exception>
    public static string Locate(RunFolder folder, string file)
    {
        var root = Path.GetFullPath(folder.Path) + Path.DirectorySeparatorChar;
        var path = Path.GetFullPath(Path.Combine(root, file));
        if (!path.StartsWith(root, StringComparison.Ordinal))
        {
            throw new ReportException($"{file}: lies outside the run folder {folder.Path}; copy the picture into it and name it by a relative path");
        }

        return File.Exists(path) ? path : throw new ReportException($"{path}: missing; put the picture back, or run `diptych compare` again");
    }
}
