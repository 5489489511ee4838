using System.Buffers.Binary;
using System.IO.Compression;
using System.Runtime.InteropServices;

namespace Diptych.Tests.Common.Weights.Pickles;

/// <summary>Files as torch.save writes them.</summary>
internal static class TorchFiles
{
    public static byte[] Floats(params float[] values) => MemoryMarshal.AsBytes(values.AsSpan()).ToArray();

    /// <summary>The zip layout.</summary>
    public static void WriteArchive(string path, byte[] pickle, params (string Key, byte[] Bytes)[] storages)
    {
        using var zip = new ZipArchive(File.Create(path), ZipArchiveMode.Create);
        Add(zip, "archive/data.pkl", pickle, CompressionLevel.NoCompression);
        Add(zip, "archive/byteorder", "little"u8.ToArray(), CompressionLevel.NoCompression);
        foreach (var (key, bytes) in storages)
        {
            Add(zip, $"archive/data/{key}", bytes, CompressionLevel.NoCompression);
        }
    }

    public static void Add(ZipArchive zip, string name, byte[] bytes, CompressionLevel level)
    {
        using var entry = zip.CreateEntry(name, level).Open();
        entry.Write(bytes);
    }

    /// <summary>The layout before PyTorch 1.6.</summary>
    public static void WriteLegacy(string path, byte[] pickle, params (string Key, int Elements, byte[] Bytes)[] storages)
    {
        using var file = File.Create(path);
        file.Write([0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, (byte)'.']);
        file.Write(PickleBytes.Of(p => p.Whole(1001)));
        file.Write(PickleBytes.Of(p => p.Table(("little_endian", v => v.Raw(0x88)))));
        file.Write(pickle);
        file.Write(PickleBytes.Of(p =>
        {
            p.Raw(']', '(');
            foreach (var (key, _, _) in storages)
            {
                p.Text(key);
            }

            p.Raw('e');
        }));
        Span<byte> count = stackalloc byte[8];
        foreach (var (_, elements, bytes) in storages)
        {
            BinaryPrimitives.WriteInt64LittleEndian(count, elements);
            file.Write(count);
            file.Write(bytes);
        }
    }
}
