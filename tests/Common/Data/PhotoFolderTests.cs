using System.Text;
using Diptych.Common;
using Diptych.Common.Data;

namespace Diptych.Tests.Common.Data;

public sealed class PhotoFolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly byte[] _photo = PictureFile.EncodePng(Pictures.Gradient(16, 16));

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Photos_come_in_natural_order_whatever_the_case_of_their_names()
    {
        foreach (var name in (string[])["10.png", "2.PNG", "1.jpg", "Bear.jpeg", "apple.webp", "02b.gif"])
        {
            _folder.Write(name, _photo);
        }

        Assert.Equal(["1.jpg", "2.PNG", "02b.gif", "10.png", "apple.webp", "Bear.jpeg"], PhotoFolder.List(_folder.Root).Files.Select(Path.GetFileName));
    }

    [Fact]
    public void What_is_no_photo_is_skipped_with_its_reason()
    {
        foreach (var name in (string[])["dog.png", "dog.mask.png", ".DS_Store", "Thumbs.db", "._dog.png", "caption.txt", "subject.json", "more/cat.png", ".ipynb_checkpoints/dog.png"])
        {
            _folder.Write(name, _photo);
        }

        var listing = PhotoFolder.List(_folder.Root);
        Assert.Equal("dog.png", Path.GetFileName(Assert.Single(listing.Files)));
        var reasons = listing.Skipped.ToDictionary(s => Path.GetFileName(s.Path), s => s.Reason);
        Assert.Equal(8, reasons.Count);
        Assert.Equal("a mask", reasons["dog.mask.png"]);
        Assert.Equal("a hidden file", reasons["._dog.png"]);
        Assert.Equal("a sub-folder", reasons["more"]);
        Assert.Contains("extension", reasons["Thumbs.db"], StringComparison.Ordinal);
        Assert.Contains("extension", reasons["caption.txt"], StringComparison.Ordinal);
    }

    [Fact]
    public void Everything_is_decoded_and_the_bad_photo_is_named()
    {
        _folder.Write("1.png", _photo);
        Assert.Equal(16, Assert.Single(PhotoFolder.LoadAll(_folder.Root).Photos).Image.Width);
        var bad = _folder.Write("2.png", Encoding.UTF8.GetBytes("no picture"));
        Assert.StartsWith(bad, Assert.Throws<DiptychException>(() => PhotoFolder.LoadAll(_folder.Root)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Missing_empty_and_photoless_folders_are_named_with_a_remedy()
    {
        Refused(Path.Combine(_folder.Root, "nowhere"), "no such folder");
        Refused(_folder.Root, "folder is empty");
        var file = _folder.Write("caption.txt", _photo);
        Refused(_folder.Root, "caption.txt");
        Refused(file, "not a folder");
    }

    [Fact]
    public void The_order_puts_numbers_by_value_and_is_total()
    {
        string[] expected = ["", "01", "1", "2", "10", "99999999999999999999", "A", "a", "a1", "a1b", "a02", "a10", "b"];
        Assert.Equal(expected, expected.Reverse().Order(NaturalOrder.Instance));
    }

    private static void Refused(string folder, string because)
    {
        var error = Assert.Throws<DiptychException>(() => PhotoFolder.LoadAll(folder));
        Assert.StartsWith(folder, error.Message, StringComparison.Ordinal);
        Assert.Contains(because, error.Message, StringComparison.Ordinal);
    }
}
