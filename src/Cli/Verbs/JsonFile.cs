using System.CommandLine;
using Diptych.Cli.Options;
using Diptych.Cli.Runs;
using Diptych.Common.Weights;

namespace Diptych.Cli.Verbs;

/// <summary>The <c>--json</c> option: the result for machines.</summary>
internal static class JsonFile
{
    private const string Name = "--json";

    public static Option<string?> Option() => OptionKinds.Text(Name, "FILE", "Also write the result as JSON to this file.");

    /// <summary>Refuses a path that cannot be written before minutes of work are spent on what should go there.</summary>
    /// <exception cref="UsageException">It is a folder, or lies below a file.</exception>
    /// <exception cref="Common.DiptychException">Its folder cannot be written to.</exception>
    public static void Check(string? path)
    {
        if (path is not null)
        {
            OutputFile.Check(Name, path);
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

        if (OutputFile.IsDevice(path))
        {
            File.WriteAllText(path, json + "\n");
        }
        else
        {
            AtomicFile.WriteText(path, json + "\n");
        }
    }
}
