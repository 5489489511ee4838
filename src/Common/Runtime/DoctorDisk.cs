namespace Diptych.Common.Runtime;

/// <summary>Room and permissions of the folders that are written to.</summary>
internal static class DoctorDisk
{
    // A DreamBooth run of the embedded model with two checkpoints takes 0.4 GB.
    private const long Scarce = 1L << 30;

    public static DoctorFinding FreeSpace(string name, string folder)
    {
        var label = $"disk ({name})";
        try
        {
            var free = new DriveInfo(ExistingParent(folder)).AvailableFreeSpace;
            return free < Scarce
                ? DoctorFinding.Note(label, $"{DoctorSystem.Size(free)} free, {folder}", "free some space, or choose another folder with --output-dir (TMPDIR for temporary files).")
                : DoctorFinding.Fine(label, $"{DoctorSystem.Size(free)} free, {folder}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return DoctorFinding.Note(label, $"{folder}: its free space cannot be read ({e.Message.ReplaceLineEndings(" ")})");
        }
    }

    /// <summary>Writes a file into the folder, or into the nearest one above it that exists, and removes it again.</summary>
    public static DoctorFinding Writable(string name, string folder)
    {
        var existing = ExistingParent(folder);
        var probe = Path.Combine(existing, $".diptych-doctor-{Environment.ProcessId}");
        try
        {
            File.WriteAllText(probe, "");
            File.Delete(probe);
            return DoctorFinding.Fine(name, $"writable, {folder}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return DoctorFinding.Problem(name, $"{existing} cannot be written to", "run in a writable folder, or choose one with --output-dir.");
        }
    }

    private static string ExistingParent(string folder)
    {
        var path = Path.GetFullPath(folder);
        while (!Directory.Exists(path) && Path.GetDirectoryName(path) is { } parent)
        {
            path = parent;
        }

        return path;
    }
}
