using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using Microsoft.Win32.SafeHandles;

namespace Diptych.Common.Weights.Pickles;

/// <summary>
/// The layout torch.save wrote before PyTorch 1.6: five pickles one behind the other (a magic number, a version, the machine, the object, the
/// storages' keys), then for each key its number of elements and their bytes.
/// </summary>
internal static class LegacyPickle
{
    private const int LongestPickle = 1 << 24;

    private static readonly BigInteger Magic = BigInteger.Parse("1950a86a20f9469cfc6c", NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    public static PickledState Read(string path, SafeFileHandle file)
    {
        var length = RandomAccess.GetLength(file);
        var bytes = new byte[Math.Min(length, LongestPickle)];
        RandomAccess.Read(file, bytes, 0);
        var storages = new Dictionary<string, PickledStorage>(StringComparer.Ordinal);
        var machine = new PickleMachine(path, bytes, id =>
        {
            var storage = PersistentStorage.Read(path, id);
            return storages[storage.Key] = storage;
        });
        if (machine.Read() is not BigInteger magic || magic != Magic)
        {
            throw new DiptychException($"{path} is a pickle, but none of torch.save's: use the model's safetensors.");
        }

        machine.Read();
        if (machine.Read() is Dictionary<object, object?> system && system.GetValueOrDefault("little_endian") is false)
        {
            throw new DiptychException($"{path} was written on a big-endian machine: save it again on a little-endian one.");
        }

        var root = machine.Read();
        var keys = machine.Read() as List<object?> ?? throw Damaged(path);
        var places = Places(path, file, keys, storages, machine.Position, length);
        return PickledState.Of(path, root, storage => places.TryGetValue(storage.Key, out var place) ? place : throw Damaged(path));
    }

    private static Dictionary<string, (long Offset, long Length)> Places(
        string path, SafeFileHandle file, List<object?> keys, Dictionary<string, PickledStorage> storages, long at, long length)
    {
        var places = new Dictionary<string, (long Offset, long Length)>(StringComparer.Ordinal);
        Span<byte> count = stackalloc byte[8];
        foreach (var key in keys.Select(k => $"{k}"))
        {
            if (!storages.TryGetValue(key, out var storage) || RandomAccess.Read(file, count, at) < 8)
            {
                throw Damaged(path);
            }

            var elements = BinaryPrimitives.ReadInt64LittleEndian(count);
            var size = elements >= 0 && elements <= length ? elements * StoredDtype.SizeOf(storage.FileDtype) : throw Damaged(path);
            if (at + 8 + size > length)
            {
                throw Damaged(path);
            }

            places[key] = (at + 8, size);
            at += 8 + size;
        }

        return places;
    }

    private static DiptychException Damaged(string path) => new($"{path} is cut short or damaged within the numbers of its tensors; download or write it again.");
}
