using Microsoft.Win32.SafeHandles;

namespace Diptych.Common.Weights.Pickles;

/// <summary>
/// A file of torch.save (<c>.bin</c>, <c>.ckpt</c>, <c>.pt</c>), in the zip layout or the one before PyTorch 1.6, read without executing
/// anything: names outside a short list are refused. Tensors of a top-level <c>state_dict</c> come under their own names, those of other
/// tables under the tables' names and theirs, with a dot between.
/// </summary>
public sealed class PickleFile : TensorFile
{
    private PickleFile(string path, SafeFileHandle file, PickledState state)
        : base(path, file, state.Tensors, state.Values)
    {
    }

    /// <summary>Opens a file and reads its pickle.</summary>
    /// <exception cref="DiptychException">The file is missing or damaged, or its pickle asks for something no file of weights needs; the message names it.</exception>
    public static PickleFile Open(string path)
    {
        var file = WeightFile.OpenHandle(path);
        try
        {
            Span<byte> start = stackalloc byte[2];
            RandomAccess.Read(file, start, 0);
            return new PickleFile(path, file, start.SequenceEqual("PK"u8) ? ReadArchive(path, file) : LegacyPickle.Read(path, file));
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private static PickledState ReadArchive(string path, SafeFileHandle file)
    {
        var archive = TorchArchive.Read(path, file);
        var pickle = archive.ReadWhole("data.pkl")
            ?? throw new DiptychException(archive.Names.Any(n => n.EndsWith("constants.pkl", StringComparison.Ordinal))
                ? $"{path} is a TorchScript program, not a file of weights: use the model's safetensors."
                : $"{path} is a zip archive without data.pkl, no file of torch.save: unpack it and give the file inside.");
        if (archive.Names.Any(n => n.StartsWith("code/", StringComparison.Ordinal)))
        {
            throw new DiptychException($"{path} is a TorchScript program, not a file of weights: use the model's safetensors.");
        }

        if (archive.ReadWhole("byteorder") is { } order && !order.AsSpan().StartsWith("little"u8))
        {
            throw new DiptychException($"{path} was written on a big-endian machine: save it again on a little-endian one.");
        }

        var root = new PickleMachine(path, pickle, id => PersistentStorage.Read(path, id)).Read();
        return PickledState.Of(path, root, storage => archive.Find($"data/{storage.Key}")
            ?? throw new DiptychException($"{path} lacks the numbers of storage {storage.Key}: download or write it again."));
    }
}
