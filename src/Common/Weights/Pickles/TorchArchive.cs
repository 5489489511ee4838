using System.Buffers.Binary;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Diptych.Common.Weights.Pickles;

/// <summary>
/// The zip archive torch.save has written since PyTorch 1.6: <c>data.pkl</c> and one uncompressed entry for each storage, so that numbers
/// can be read from their place in the file.
/// </summary>
internal sealed class TorchArchive
{
    private const string Again = "download or write it again";
    private const uint EndOfDirectory = 0x06054b50, EndOfDirectory64 = 0x06064b50, Locator64 = 0x07064b50, DirectoryEntry = 0x02014b50, LocalHeader = 0x04034b50;

    private readonly string _path;
    private readonly SafeFileHandle _file;
    private readonly long _length;
    private readonly Dictionary<string, (long Header, long Length)> _entries = new(StringComparer.Ordinal);

    private TorchArchive(string path, SafeFileHandle file) => (_path, _file, _length) = (path, file, RandomAccess.GetLength(file));

    /// <summary>Names of the entries, without the archive's own top folder.</summary>
    public IEnumerable<string> Names => _entries.Keys;

    public static TorchArchive Read(string path, SafeFileHandle file)
    {
        var archive = new TorchArchive(path, file);
        archive.ReadDirectory();
        return archive;
    }

    /// <summary>Position and length of an entry's bytes, or <see langword="null"/> where there is none of that name.</summary>
    public (long Offset, long Length)? Find(string name)
    {
        if (!_entries.TryGetValue(name, out var entry))
        {
            return null;
        }

        var header = Bytes(entry.Header, 30);
        if (BinaryPrimitives.ReadUInt32LittleEndian(header) != LocalHeader)
        {
            throw Damaged($"has no entry where its directory says {name} is");
        }

        var offset = entry.Header + 30 + BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(26)) + BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(28));
        return offset + entry.Length <= _length ? (offset, entry.Length) : throw Damaged($"is cut short within {name}");
    }

    /// <summary>A whole entry.</summary>
    public byte[]? ReadWhole(string name) => Find(name) is { } place ? Bytes(place.Offset, checked((int)place.Length)) : null;

    private void ReadDirectory()
    {
        var (offset, size) = FindDirectory();
        if (offset < 0 || size < 0 || offset + size > _length)
        {
            throw Damaged("has a directory that lies outside the file");
        }

        var directory = Bytes(offset, checked((int)size));
        for (var at = 0; at + 46 <= directory.Length && BinaryPrimitives.ReadUInt32LittleEndian(directory.AsSpan(at)) == DirectoryEntry;)
        {
            var entry = directory.AsSpan(at);
            int name = U16(entry, 28), extra = U16(entry, 30), comment = U16(entry, 32);
            if (46 + name + extra + comment > entry.Length)
            {
                throw Damaged("has a damaged directory");
            }

            long packed = U32(entry, 20), length = U32(entry, 24), header = U32(entry, 42);
            var full = Encoding.UTF8.GetString(entry.Slice(46, name));
            ReadZip64(entry.Slice(46 + name, extra), ref length, ref packed, ref header);
            if (U16(entry, 10) != 0)
            {
                throw new DiptychException($"{_path} is a compressed zip archive, not a file of torch.save: unpack it and give the file inside.");
            }

            _entries[full[(full.IndexOf('/', StringComparison.Ordinal) + 1)..]] = (header, length);
            at += 46 + name + extra + comment;
        }
    }

    private (long Offset, long Size) FindDirectory()
    {
        // The end record is followed by a comment of up to 64 KB, in practice by nothing.
        var tail = (int)Math.Min(_length, 22 + ushort.MaxValue);
        var bytes = Bytes(_length - tail, tail);
        for (var at = tail - 22; at >= 0; at--)
        {
            if (U32(bytes.AsSpan(at), 0) != EndOfDirectory)
            {
                continue;
            }

            if (at >= 20 && U32(bytes.AsSpan(at - 20), 0) == Locator64)
            {
                var place = BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(at - 20 + 8));
                var record = place >= 0 && place + 56 <= _length ? Bytes(place, 56) : throw Damaged("has a directory that lies outside the file");
                return U32(record, 0) == EndOfDirectory64
                    ? (BinaryPrimitives.ReadInt64LittleEndian(record.AsSpan(48)), BinaryPrimitives.ReadInt64LittleEndian(record.AsSpan(40)))
                    : throw Damaged("has a damaged directory");
            }

            return (U32(bytes.AsSpan(at), 16), U32(bytes.AsSpan(at), 12));
        }

        throw Damaged("is cut short: its directory, which comes last, is missing");
    }

    // Lengths and positions of four gigabytes and more are moved to an extra field, in this order, each only where it did not fit.
    private static void ReadZip64(ReadOnlySpan<byte> extra, ref long length, ref long packed, ref long header)
    {
        while (extra.Length >= 4)
        {
            int tag = U16(extra, 0), size = U16(extra, 2);
            if (4 + size > extra.Length)
            {
                return;
            }

            var field = extra.Slice(4, size);
            if (tag == 1)
            {
                Next(ref field, ref length);
                Next(ref field, ref packed);
                Next(ref field, ref header);
            }

            extra = extra[(4 + size)..];
        }

        static void Next(ref ReadOnlySpan<byte> field, ref long value)
        {
            if (value == uint.MaxValue && field.Length >= 8)
            {
                value = BinaryPrimitives.ReadInt64LittleEndian(field);
                field = field[8..];
            }
        }
    }

    private static int U16(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]);

    private static uint U32(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);

    private byte[] Bytes(long offset, int count)
    {
        var bytes = new byte[count];
        return RandomAccess.Read(_file, bytes, offset) == count ? bytes : throw Damaged("is cut short");
    }

    private DiptychException Damaged(string what) => new($"{_path} {what}; {Again}.");
}
