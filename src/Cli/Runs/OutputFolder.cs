using Diptych.Common;

namespace Diptych.Cli.Runs;

/// <summary>
/// The folder a command writes to: looked at before any work is spent on what should go there, and left as it was found where the work never began.
/// </summary>
internal sealed class OutputFolder
{
    private readonly bool _existed;

    private OutputFolder(string path)
    {
        Root = path;
        _existed = Directory.Exists(path);
    }

    /// <summary>The folder as it was given.</summary>
    public string Root { get; }

    /// <summary>Path of something in the folder.</summary>
    public string this[string name] => Path.Combine(Root, name);

    /// <summary>Makes sure the folder is there or can be made, and can be written to; makes nothing.</summary>
    /// <exception cref="DiptychException">It is a file, or cannot be written to.</exception>
    public static OutputFolder At(string path)
    {
        RequireWritable("--output-dir", path, path);
        return new OutputFolder(path);
    }

    /// <summary>Makes sure a folder is there or can be made, and can be written to; makes nothing.</summary>
    /// <param name="option">The option that asks for it.</param>
    /// <param name="given">What the option was given.</param>
    /// <param name="folder">The folder.</param>
    /// <exception cref="DiptychException">It is a file, or cannot be written to.</exception>
    public static void RequireWritable(string option, string given, string folder)
    {
        var existing = Path.GetFullPath(folder);
        while (!Directory.Exists(existing) && !File.Exists(existing) && Path.GetDirectoryName(existing) is { } parent)
        {
            existing = parent;
        }

        if (File.Exists(existing))
        {
            throw new DiptychException($"{option} {given}: {existing} is a file, not a folder; choose another place.");
        }

        var probe = Path.Combine(existing, $".diptych-{Environment.ProcessId}-{Environment.CurrentManagedThreadId}");
        try
        {
            File.WriteAllText(probe, "");
            File.Delete(probe);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DiptychException($"{option} {given}: {existing} cannot be written to ({e.Message.ReplaceLineEndings(" ").TrimEnd('.')}); choose a writable folder.", e);
        }
    }

    /// <summary>Removes the folder where this command made it and nothing of worth came to be in it.</summary>
    /// <param name="worthless">Files that are worth nothing alone; empty ones never are.</param>
    public void RemoveIfEmpty(params string[] worthless)
    {
        bool IsWorthless(string file) => new FileInfo(file).Length == 0 || worthless.Contains(Path.GetFileName(file));
        if (!_existed && Directory.Exists(Root) && Directory.EnumerateFiles(Root, "*", SearchOption.AllDirectories).All(IsWorthless))
        {
            Directory.Delete(Root, recursive: true);
        }
    }
}
