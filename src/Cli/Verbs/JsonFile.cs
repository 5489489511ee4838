using System.CommandLine;
using Diptych.Cli.Options;
using Diptych.Common.Weights;

namespace Diptych.Cli.Verbs;

/// <summary>The <c>--json</c> option: the result for machines.</summary>
internal static class JsonFile
{
    public static Option<string?> Option() => OptionKinds.Text("--json", "FILE", "Also write the result as JSON to this file.");

    /// <summary>Refuses a path that cannot be written before minutes of work are spent on what should go there.</summary>
    public static void Check(string? path)
    {
        if (path is null)
        {
            return;
        }

        if (Directory.Exists(path))
        {
            throw new UsageException($"--json {path} is a folder: name a file.");
        }

        for (var parent = Path.GetDirectoryName(Path.GetFullPath(path)); parent is not null; parent = Path.GetDirectoryName(parent))
        {
            if (File.Exists(parent))
            {
                throw new UsageException($"--json {path}: {parent} is a file, not a folder; name another place.");
            }
        }
    }

    /// <summary>Writes the result where <c>--json</c> was given.</summary>
    /// <exception cref="Common.DiptychException">The file cannot be written.</exception>
    public static void Write(string? path, string json)
    {
        if (path is null)
        {
            return;
        }

        // /dev/stdout and pipes must be written through: replacing them, as files are, would put a file in their place.
        if (Path.GetFullPath(path).StartsWith("/dev/", StringComparison.Ordinal))
        {
            File.WriteAllText(path, json + "\n");
        }
        else
        {
            AtomicFile.WriteText(path, json + "\n");
        }
    }
}
