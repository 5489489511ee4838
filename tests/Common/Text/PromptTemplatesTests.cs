using System.Security.Cryptography;
using System.Text;
using Diptych.Common;
using Diptych.Common.Text;

namespace Diptych.Tests.Common.Text;

public class PromptTemplatesTests
{
    [Fact]
    public void The_lists_are_the_reference_scripts()
    {
        // Hashes of the two lists in diffusers' textual_inversion.py, each joined by line feeds.
        Assert.Equal((27, 19, 17), (PromptTemplates.Object.Count, PromptTemplates.Style.Count, PromptTemplates.Style.Distinct().Count()));
        Assert.Equal("371f97a75395160f", Hash(PromptTemplates.Object));
        Assert.Equal("e7ec2b1750c5ab55", Hash(PromptTemplates.Style));
    }

    [Fact]
    public void The_word_takes_the_place_of_the_braces() =>
        Assert.Equal("a photo of a <t> <t>_1", PromptTemplates.Fill("a photo of a {}", "<t> <t>_1"));

    [Fact]
    public void A_file_gives_one_template_a_line()
    {
        var path = Path.GetTempFileName();
        File.WriteAllText(path, "my {} indoors\r\n\r\n  {} at night  \n");
        Assert.Equal(["my {} indoors", "{} at night"], PromptTemplates.FromFile(path));
        File.Delete(path);
    }

    [Theory]
    [InlineData("a {}\na photo\n", "line 2: 'a photo' should hold {} exactly once")]
    [InlineData("{} beside {}", "line 1")]
    [InlineData("\n \n", "holds no template")]
    public void A_file_without_a_place_for_the_word_is_refused(string text, string reason)
    {
        var path = Path.GetTempFileName();
        File.WriteAllText(path, text);
        var e = Assert.Throws<DiptychException>(() => PromptTemplates.FromFile(path));
        Assert.Contains(path, e.Message, StringComparison.Ordinal);
        Assert.Contains(reason, e.Message, StringComparison.Ordinal);
        File.Delete(path);
    }

    [Fact]
    public void A_missing_file_is_named() =>
        Assert.Contains("/nowhere/templates.txt", Assert.Throws<DiptychException>(() => PromptTemplates.FromFile("/nowhere/templates.txt")).Message, StringComparison.Ordinal);

    private static string Hash(IEnumerable<string> templates) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', templates))))[..16];
}
