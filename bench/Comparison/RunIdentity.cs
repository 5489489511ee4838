using System.Security.Cryptography;
using System.Text;
using Diptych.Common;
using Diptych.Common.Data;
using Diptych.Common.Pipelines;
using Diptych.Common.Weights;

namespace Diptych.Comparison;

/// <summary>Keeps one run folder to one comparison: pictures and checkpoints of another model, subject or option must not be taken for this one's.</summary>
internal static class RunIdentity
{
    private const string FileName = "comparison.id";

    /// <summary>Claims the folder for this comparison, or finds that it goes on with the same one.</summary>
    /// <exception cref="DiptychException">The folder holds another comparison, one that was not asked to be resumed, or none where one was.</exception>
    public static void Claim(ComparisonOptions options, PhotoSet photos)
    {
        var path = Path.Combine(options.OutputDir, FileName);
        var found = File.Exists(path);
        if (!found && options.Resume)
        {
            throw new DiptychException($"{options.OutputDir} holds no comparison to resume: check --output-dir, or leave --resume out to begin one there.");
        }

        if (found && !options.Resume)
        {
            throw new DiptychException($"{options.OutputDir} holds a comparison already: add --resume to go on with it, or choose another --output-dir.");
        }

        var identity = Of(options, photos);
        if (!found)
        {
            AtomicFile.WriteText(path, identity);
        }
        else if (File.ReadAllText(path) != identity)
        {
            throw new DiptychException($"{options.OutputDir} holds a comparison with another subject, model or other options: resume with those it began with, or choose another --output-dir.");
        }
    }

    private static string Of(ComparisonOptions options, PhotoSet photos)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes((options with { Subject = "", Model = "", OutputDir = "", Resume = false }).ToString()));
        hash.AppendData(Encoding.UTF8.GetBytes(ModelSource.Open(options.Model).Hash()));
        foreach (var photo in photos.Photos)
        {
            hash.AppendData(photo.Image.Pixels);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
