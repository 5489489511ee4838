namespace Diptych.Tests;

/// <summary>Finds what the reference libraries computed: the few goldens committed beside the tests, and the large ones in <c>../shared</c>.</summary>
internal static class Fixtures
{
    /// <summary>Folder of the committed goldens, copied beside the tests.</summary>
    public static string Goldens { get; } = Path.Combine(AppContext.BaseDirectory, "Goldens");

    /// <summary>Root of the checkout.</summary>
    public static string Repository { get; } = FindRepository();

    /// <summary>The folder of shared fixtures beside the checkout, which need not exist.</summary>
    public static string Shared { get; } = Path.GetFullPath(Path.Combine(Repository, "..", "shared"));

    /// <summary>Path of a committed golden.</summary>
    public static string Golden(params string[] parts) => Path.Combine([Goldens, .. parts]);

    /// <summary>Path of a shared fixture; skips the running test with a reason where it is absent.</summary>
    public static string Require(params string[] parts)
    {
        var path = Path.Combine([Shared, .. parts]);
        Assert.SkipUnless(File.Exists(path) || Directory.Exists(path), $"needs shared/{string.Join('/', parts)}, which is not beside this checkout");
        return path;
    }

    private static string FindRepository()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Diptych.slnx")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException("The tests run from inside a checkout: Diptych.slnx was not found above " + AppContext.BaseDirectory);
    }
}
