namespace Diptych.Cli.Runs;

/// <summary>A file a command writes at its end: looked at before any work is spent on what should go there.</summary>
internal static class OutputFile
{
    /// <summary>Makes sure that the file can be written; makes nothing.</summary>
    /// <param name="option">The option that names it.</param>
    /// <param name="path">The file.</param>
    /// <exception cref="UsageException">It is a folder, or lies below a file.</exception>
    /// <exception cref="Common.DiptychException">Its folder cannot be written to.</exception>
    public static void Check(string option, string path)
    {
        var full = Path.GetFullPath(path);
        if (Directory.Exists(full))
        {
            throw new UsageException($"{option} {path} is a folder: name a file.");
        }

        for (var parent = Path.GetDirectoryName(full); parent is not null; parent = Path.GetDirectoryName(parent))
        {
            if (File.Exists(parent))
            {
                throw new UsageException($"{option} {path}: {parent} is a file, not a folder; name another place.");
            }
        }

        if (!IsDevice(path) && Path.GetDirectoryName(full) is { } folder)
        {
            OutputFolder.RequireWritable(option, path, folder);
        }
    }

    /// <summary>Whether it is /dev/stdout or another device, which is written through: replacing it, as files are, would put a file in its place.</summary>
    public static bool IsDevice(string path) => Path.GetFullPath(path).StartsWith("/dev/", StringComparison.Ordinal);
}
