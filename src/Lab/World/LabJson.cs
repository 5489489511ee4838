using System.Text.Json;
using Diptych.Common;

namespace Diptych.Lab.World;

/// <summary>Reads the laboratory's JSON files with errors that name the file.</summary>
internal static class LabJson
{
    /// <summary>Reads one file.</summary>
    /// <exception cref="DiptychException">The file is missing, unreadable, or not of the expected form.</exception>
    public static T Read<T>(string path)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize<T>(File.ReadAllBytes(path))
                ?? throw new DiptychException($"{path}: holds null; copy the file again from the repository's models/lab");
        }
        catch (JsonException error)
        {
            throw new DiptychException($"{path}: not of the expected form ({OneLine(error.Message)}); copy the file again from the repository's models/lab", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new DiptychException($"{path}: cannot be read ({OneLine(error.Message)}); check that it exists and is readable", error);
        }
    }

    private static string OneLine(string message) => message.ReplaceLineEndings(" ").TrimEnd('.');
}
