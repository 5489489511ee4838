using Diptych.Common.Weights.Pickles;
using Microsoft.Win32.SafeHandles;

namespace Diptych.Common.Weights;

/// <summary>Opens one file of weights by what is in it; names such as <c>.ckpt</c> and <c>.bin</c> are put on every kind.</summary>
public static class WeightFile
{
    /// <summary>Opens a safetensors file or a pickle of PyTorch's; of a pickle nothing is executed.</summary>
    /// <exception cref="DiptychException">The file is missing, damaged, of a kind that is not read, or its pickle asks for code to be run.</exception>
    public static IWeightSource Open(string path)
    {
        using (var file = OpenHandle(path))
        {
            Span<byte> start = stackalloc byte[9];
            var length = RandomAccess.Read(file, start, 0);
            RefuseStandIns(path, start[..length]);
            if (length < start.Length || !IsPickle(start))
            {
                return SafetensorsFile.Open(path);
            }
        }

        return PickleFile.Open(path);
    }

    // A safetensors file begins with its header's length, which may well begin with a pickle's first byte; but then comes the header's brace.
    private static bool IsPickle(ReadOnlySpan<byte> start) => start.StartsWith("PK\x03\x04"u8) || (start[0] == 0x80 && start[8] != (byte)'{');

    /// <summary>Opens a file for positioned reads.</summary>
    internal static SafeFileHandle OpenHandle(string path)
    {
        try
        {
            return File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, FileOptions.RandomAccess);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new DiptychException($"{path} is missing: check the path, or download the model again.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DiptychException($"{path} could not be read ({e.Message.ReplaceLineEndings(" ").TrimEnd('.')}): check its permissions.", e);
        }
    }

    /// <summary>Names the files that come in place of weights when a download goes wrong, and formats of other programs.</summary>
    internal static void RefuseStandIns(string path, ReadOnlySpan<byte> start)
    {
        // A checkout without Git LFS leaves a small text file in place of the weights, the commonest cause of an unreadable file.
        var what = start.StartsWith("version "u8) ? "is a Git LFS pointer, not the weights: run `git lfs pull` in its repository"
            : start.StartsWith("<!"u8) || start.StartsWith("<htm"u8) ? "is a web page, not the weights: download the file itself, signed in where the site asks for it"
            : start.StartsWith("GGUF"u8) ? "is a GGUF file (quantised weights of another program), which is not read: use the model's safetensors"
            : start.StartsWith((ReadOnlySpan<byte>)[0x89, (byte)'H', (byte)'D', (byte)'F']) ? "is an HDF5 file (TensorFlow's weights), which is not read: use the model's safetensors"
            : null;
        if (what is not null)
        {
            throw new DiptychException($"{path} {what}.");
        }
    }
}
