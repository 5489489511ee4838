namespace Diptych.Common.Data;

/// <summary>Says in words what a file that is no readable picture seems to be, judged by its first bytes.</summary>
internal static class FileSignature
{
    public static string Describe(ReadOnlySpan<byte> content) =>
        content switch
        {
            _ when content.Length > 11 && content[4..8].SequenceEqual("ftyp"u8) => "it looks like HEIC, AVIF or a video",
            _ when content.StartsWith("version https://git-lfs"u8) => "it is a Git LFS pointer, not the file itself",
            _ when content.StartsWith("%PDF"u8) => "it is a PDF",
            _ when content.StartsWith("II*\0"u8) || content.StartsWith("MM\0*"u8) => "it is a TIFF or a camera's raw file",
            _ when content.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8]) => "a JPEG whose header is damaged",
            _ when content.StartsWith((ReadOnlySpan<byte>)[0x89, 0x50, 0x4E, 0x47]) => "a PNG whose header is damaged",
            _ when IsText(content) => "it holds text",
            _ => "its first bytes are of no known picture format",
        };

    private static bool IsText(ReadOnlySpan<byte> content)
    {
        foreach (var value in content[..Math.Min(content.Length, 512)])
        {
            if (value is < 9 or (> 13 and < 32) or 127)
            {
                return false;
            }
        }

        return true;
    }
}
