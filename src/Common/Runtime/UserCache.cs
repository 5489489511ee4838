namespace Diptych.Common.Runtime;

/// <summary>Folders for what can be made again: the user's own, or where that is read-only or full, as often in containers, the system's for temporary files.</summary>
internal static class UserCache
{
    /// <summary>A folder in each of them, best first; none need exist.</summary>
    /// <param name="parts">Its path below Diptych's own folder.</param>
    public static IReadOnlyList<string> Folders(params string[] parts) => [.. Roots().Select(root => Path.Combine([root, "diptych", .. parts]))];

    private static IEnumerable<string> Roots()
    {
        // Whether or not it is there: a new user has none yet.
        var local = Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify);
        return string.IsNullOrEmpty(local) ? [Path.GetTempPath()] : [local, Path.GetTempPath()];
    }
}
