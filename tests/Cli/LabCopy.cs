namespace Diptych.Tests.Cli;

/// <summary>The embedded model, and copies of it that a test may damage.</summary>
internal static class LabCopy
{
    public static string Model { get; } = Path.Combine(Fixtures.Repository, "models", "lab", "model");

    public static string Photos { get; } = Path.Combine(Fixtures.Repository, "models", "lab", "subjects", "off-palette-dog", "references");

    /// <summary>A model folder of links, in which a file can be replaced without touching the original.</summary>
    public static string Of(ScratchFolder scratch, Action<string> damage)
    {
        var copy = scratch["model"];
        foreach (var file in Directory.EnumerateFiles(Model, "*", SearchOption.AllDirectories))
        {
            var link = Path.Combine(copy, Path.GetRelativePath(Model, file));
            Directory.CreateDirectory(Path.GetDirectoryName(link)!);
            File.CreateSymbolicLink(link, file);
        }

        damage(copy);
        return copy;
    }

    /// <summary>Replaces a file of a copy by one made from the original's bytes.</summary>
    public static void Replace(string copy, string relative, Func<byte[], byte[]> change)
    {
        var path = Path.Combine(copy, relative);
        var bytes = File.ReadAllBytes(path);
        File.Delete(path);
        File.WriteAllBytes(path, change(bytes));
    }
}
