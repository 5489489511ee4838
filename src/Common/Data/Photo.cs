namespace Diptych.Common.Data;

/// <summary>A photo and the file it came from.</summary>
/// <param name="Path">The file.</param>
/// <param name="Image">Its pixels.</param>
public sealed record Photo(string Path, RgbImage Image)
{
    /// <summary>Reads and decodes one PNG, JPEG, WebP, BMP or GIF (first frame) file; the content decides, not the extension.</summary>
    /// <exception cref="DiptychException">The file is missing, empty, no picture, damaged, or too small or large; the line names it and the remedy.</exception>
    public static Photo Load(string path, PhotoOptions? options = null)
    {
        byte[] content;
        try
        {
            content = File.ReadAllBytes(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new DiptychException($"{path}: cannot be read ({error.Message.ReplaceLineEndings(" ")}); check that it exists and may be read.", error);
        }

        return new Photo(path, PictureDecoder.Decode(content, path, options ?? new PhotoOptions()));
    }
}
