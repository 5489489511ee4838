using System.Buffers.Binary;
using System.IO.Compression;
using Diptych.Common.Data;

namespace Diptych.Tests.Common.Data;

/// <summary>Pictures made at run time, ordinary and odd.</summary>
internal static class Pictures
{
    /// <summary>Every pixel differs from its neighbours, so that no flip, turn or shift goes unseen.</summary>
    public static RgbImage Gradient(int width, int height)
    {
        var pixels = new byte[3 * width * height];
        for (var i = 0; i < width * height; i++)
        {
            var (x, y) = (i % width, i / width);
            pixels[3 * i] = (byte)(255 * x / Math.Max(1, width - 1));
            pixels[(3 * i) + 1] = (byte)(255 * y / Math.Max(1, height - 1));
            pixels[(3 * i) + 2] = (byte)((x * 37 + y * 101) % 256);
        }

        return new RgbImage(width, height, pixels);
    }

    /// <summary>A red left half and a blue right half: survives lossy coding recognisably.</summary>
    public static RgbImage RedLeftBlueRight(int width, int height)
    {
        var pixels = new byte[3 * width * height];
        for (var i = 0; i < width * height; i++)
        {
            pixels[(3 * i) + (i % width < width / 2 ? 0 : 2)] = 255;
        }

        return new RgbImage(width, height, pixels);
    }

    public static (byte Red, byte Green, byte Blue) At(RgbImage image, int x, int y)
    {
        var at = 3 * ((y * image.Width) + x);
        return (image.Pixels[at], image.Pixels[at + 1], image.Pixels[at + 2]);
    }

    /// <summary>A JPEG with an EXIF segment that holds the orientation and nothing else.</summary>
    public static byte[] JpegWithOrientation(RgbImage image, int orientation)
    {
        var jpeg = PictureFile.EncodeJpeg(image, 95);
        byte[] tiff =
        [
            (byte)'M', (byte)'M', 0, 42, 0, 0, 0, 8, // big-endian TIFF, first directory at 8
            0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, (byte)orientation, 0, 0, // one entry: tag 0x0112, a short, once
            0, 0, 0, 0,
        ];
        byte[] segment = [0xFF, 0xE1, 0, (byte)(8 + tiff.Length), .. "Exif\0\0"u8, .. tiff];
        return [.. jpeg[..2], .. segment, .. jpeg[2..]];
    }

    /// <summary>A PNG of the given colour type from unfiltered rows: 0 grey, 2 RGB, 4 grey and alpha, 6 RGBA.</summary>
    public static byte[] Png(int width, int height, int bitDepth, int colourType, byte[] rows)
    {
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9]) = ((byte)bitDepth, (byte)colourType);
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            var stride = rows.Length / height;
            for (var y = 0; y < height; y++)
            {
                zlib.WriteByte(0);
                zlib.Write(rows, y * stride, stride);
            }
        }

        return [0x89, .. "PNG\r\n"u8, 0x1A, 0x0A, .. Chunk("IHDR"u8, header), .. Chunk("IDAT"u8, packed.ToArray()), .. Chunk("IEND"u8, [])];
    }

    /// <summary>A GIF of two frames, the first all red, the second all blue.</summary>
    public static byte[] AnimatedGif(int side)
    {
        byte[] palette = [255, 0, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255];
        var size = (byte)side;
        return [.. "GIF89a"u8, size, 0, size, 0, 0xF1, 0, 0, .. palette, .. Frame(0), .. Frame(1), 0x3B];

        byte[] Frame(int colour)
        {
            var bits = new BitWriter(leastFirst: true);
            for (var i = 0; i < side * side; i++)
            {
                // A clear code before each pixel keeps the code size at three bits, so no table is needed.
                bits.Write(4, 3);
                bits.Write(colour, 3);
            }

            bits.Write(5, 3);
            var data = bits.ToArray();
            var blocks = data.Chunk(255).SelectMany(c => (byte[])[(byte)c.Length, .. c]);
            return [0x21, 0xF9, 4, 0, 10, 0, 0, 0, 0x2C, 0, 0, 0, 0, size, 0, size, 0, 0, 2, .. blocks, 0];
        }
    }

    /// <summary>A JPEG of four components in one colour, with the Adobe marker, stored inverted as that marker means.</summary>
    public static byte[] CmykJpeg(int side, byte cyan, byte magenta, byte yellow, byte black)
    {
        byte[] stored = [(byte)(255 - cyan), (byte)(255 - magenta), (byte)(255 - yellow), (byte)(255 - black)];
        var bits = new BitWriter(leastFirst: false);
        for (var block = 0; block < side / 8 * (side / 8); block++)
        {
            foreach (var value in stored)
            {
                var difference = block == 0 ? 8 * (value - 128) : 0;
                var category = difference == 0 ? 0 : (int)Math.Log2(Math.Abs(difference)) + 1;
                bits.Write(category, 4);
                bits.Write(difference >= 0 ? difference : difference + (1 << category) - 1, category);
                bits.Write(0, 1); // the end of the block: no frequency but the mean
            }
        }

        byte[] quantization = [0xFF, 0xDB, 0, 67, 0, .. Enumerable.Repeat((byte)1, 64)];
        byte[] frame = [0xFF, 0xC0, 0, 20, 8, 0, (byte)side, 0, (byte)side, 4, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0, 4, 0x11, 0];
        byte[] means = [0xFF, 0xC4, 0, 31, 0x00, 0, 0, 0, 12, .. new byte[12], .. Enumerable.Range(0, 12).Select(i => (byte)i)];
        byte[] frequencies = [0xFF, 0xC4, 0, 20, 0x10, 1, .. new byte[15], 0];
        byte[] scan = [0xFF, 0xDA, 0, 14, 4, 1, 0, 2, 0, 3, 0, 4, 0, 0, 63, 0];
        byte[] adobe = [0xFF, 0xEE, 0, 14, .. "Adobe"u8, 0, 100, 0, 0, 0, 0, 0];
        var coded = bits.ToArray().SelectMany(b => b == 0xFF ? (byte[])[0xFF, 0] : [b]);
        return [0xFF, 0xD8, .. adobe, .. quantization, .. frame, .. means, .. frequencies, .. scan, .. coded, 0xFF, 0xD9];
    }

    private static byte[] Chunk(ReadOnlySpan<byte> type, byte[] data)
    {
        var chunk = new byte[12 + data.Length];
        BinaryPrimitives.WriteInt32BigEndian(chunk, data.Length);
        type.CopyTo(chunk.AsSpan(4));
        data.CopyTo(chunk, 8);
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(8 + data.Length), Crc(chunk.AsSpan(4, 4 + data.Length)));
        return chunk;
    }

    private static uint Crc(ReadOnlySpan<byte> data)
    {
        var crc = uint.MaxValue;
        foreach (var value in data)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc >> 1) ^ ((crc & 1) * 0xEDB88320u);
            }
        }

        return ~crc;
    }

    private sealed class BitWriter(bool leastFirst)
    {
        private readonly List<bool> _bits = [];

        public void Write(int value, int count)
        {
            for (var i = 0; i < count; i++)
            {
                _bits.Add(((value >> (leastFirst ? i : count - 1 - i)) & 1) == 1);
            }
        }

        public byte[] ToArray() =>
            [.. _bits.Chunk(8).Select(c => (byte)c.Select((bit, i) => bit ? 1 << (leastFirst ? i : 7 - i) : 0).Sum())];
    }
}
