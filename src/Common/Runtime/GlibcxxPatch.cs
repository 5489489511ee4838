using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Diptych.Common.Runtime;

/// <summary>
/// Lets TorchSharp 0.107's <c>libLibTorchSharp.so</c> load where libstdc++ is older than GCC 13's.
/// The library names version <c>GLIBCXX_3.4.32</c> for a single symbol (<c>std::ios_base_library_init</c>) that no relocation uses,
/// so marking that version reference weak in a copy of the file is enough, and harmless where the runtime is newer.
/// </summary>
public static class GlibcxxPatch
{
    private const string Version = "GLIBCXX_3.4.32";
    private const uint SectionTypeVerneed = 0x6ffffffe;
    private const ushort FlagWeak = 2;

    /// <summary>Writes a patched copy of <paramref name="library"/> into the user's cache and returns its path.</summary>
    /// <exception cref="DiptychException">The copy cannot be written, or the library has no such version reference.</exception>
    public static string WritePatchedCopy(string library)
    {
        var bytes = File.ReadAllBytes(library);
        if (Weaken(bytes, Version) == 0)
        {
            throw new DiptychException(
                $"{library} does not load on this system and does not ask for {Version} either: use a system with glibc 2.34 or newer (Debian 12, Ubuntu 22.04 or later).");
        }

        var key = Convert.ToHexStringLower(SHA256.HashData(bytes))[..16];
        var folders = UserCache.Folders("native", key);
        foreach (var folder in folders)
        {
            var target = Path.Combine(folder, Path.GetFileName(library));
            try
            {
                if (File.Exists(target) && new FileInfo(target).Length == bytes.Length)
                {
                    return target;
                }

                Directory.CreateDirectory(folder);
                var temporary = Path.Combine(folder, $".{Environment.ProcessId}.tmp");
                File.WriteAllBytes(temporary, bytes);
                File.Move(temporary, target, overwrite: true);
                return target;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // The next folder may do.
            }
        }

        throw new DiptychException($"No room for a patched copy of {library} under {string.Join(" or ", folders)}: free some space or set TMPDIR to a writable folder.");
    }

    /// <summary>Sets the weak flag on every reference to <paramref name="version"/> in an ELF64 image; returns how many it set.</summary>
    public static int Weaken(Span<byte> elf, string version)
    {
        if (elf.Length < 64 || elf[0] != 0x7f || elf[1] != 'E' || elf[2] != 'L' || elf[3] != 'F' || elf[4] != 2)
        {
            return 0;
        }

        var count = 0;
        var sections = (int)U64(elf, 0x28);
        int entrySize = U16(elf, 0x3A), entries = U16(elf, 0x3C);
        for (var i = 0; i < entries; i++)
        {
            var section = sections + i * entrySize;
            if (U32(elf, section + 4) != SectionTypeVerneed)
            {
                continue;
            }

            var strings = (int)U64(elf, sections + (int)U32(elf, section + 40) * entrySize + 24);
            var need = (int)U64(elf, section + 24);
            while (true)
            {
                var aux = need + (int)U32(elf, need + 8);
                for (var k = 0; k < U16(elf, need + 2); k++)
                {
                    if (NameAt(elf, strings + (int)U32(elf, aux + 8)).SequenceEqual(System.Text.Encoding.ASCII.GetBytes(version)))
                    {
                        BinaryPrimitives.WriteUInt16LittleEndian(elf[(aux + 4)..], (ushort)(U16(elf, aux + 4) | FlagWeak));
                        count++;
                    }

                    aux += (int)U32(elf, aux + 12);
                }

                var next = (int)U32(elf, need + 12);
                if (next == 0)
                {
                    break;
                }

                need += next;
            }
        }

        return count;
    }

    private static ReadOnlySpan<byte> NameAt(ReadOnlySpan<byte> elf, int offset) => elf.Slice(offset, elf[offset..].IndexOf((byte)0));

    private static ulong U64(ReadOnlySpan<byte> elf, int offset) => BinaryPrimitives.ReadUInt64LittleEndian(elf[offset..]);

    private static uint U32(ReadOnlySpan<byte> elf, int offset) => BinaryPrimitives.ReadUInt32LittleEndian(elf[offset..]);

    private static ushort U16(ReadOnlySpan<byte> elf, int offset) => BinaryPrimitives.ReadUInt16LittleEndian(elf[offset..]);
}
