using Diptych.Common;
using Diptych.Common.Text;

namespace Diptych.Tests.Common.Text;

public class PromptWeightsTests
{
    [Theory]
    [InlineData("a red dog", "a red dog=1")]
    [InlineData("", "")]
    [InlineData("a (red) dog", "a =1|red=1.1| dog=1")]
    [InlineData("a ((red)) dog", "a =1|red=1.21| dog=1")]
    [InlineData("a (red:1.3) dog", "a =1|red=1.3| dog=1")]
    [InlineData("a (red: 0.5 ) dog", "a =1|red=0.5| dog=1")]
    [InlineData("(red:0)", "red=0")]
    [InlineData("(red:.5)", "red=0.5")]
    [InlineData("a [red] dog", "a =1|red=0.9091| dog=1")]
    [InlineData("([red])", "red=1")]
    [InlineData("((red:1.5) dog:2)", "red=3| dog=2")]
    [InlineData("(at 10:30 sharp:1.2)", "at 10:30 sharp=1.2")]
    [InlineData("at 10:30", "at 10:30=1")]
    [InlineData("(note: red)", "note: red=1.1")]
    [InlineData(@"a photo \(1990\)", "a photo (1990)=1")]
    [InlineData(@"(\(red\):1.4)", "(red)=1.4")]
    [InlineData(@"back\slash and \\ and \[", @"back\slash and \ and [=1")]
    [InlineData("()", "")]
    [InlineData("(a)(b)", "ab=1.1")]
    public void Brackets_weigh_what_stands_inside_them(string prompt, string expected)
    {
        var spans = PromptWeights.Parse(prompt).Select(s => FormattableString.Invariant($"{s.Text}={Math.Round(s.Weight, 4)}"));

        Assert.Equal(expected, string.Join('|', spans));
    }

    [Theory]
    [InlineData("a (red dog", "'(' at character 3", @"\(")]
    [InlineData("a red) dog", "')' at character 6", @"\)")]
    [InlineData("a (red] dog", "']' at character 7", @"\]")]
    [InlineData("[a:b:0.5]", "[...:0.5] at character 1", "(words:0.9)")]
    [InlineData("(a:-1)", "-1 at character 4", "0 to 10")]
    [InlineData("(a:11)", "11 at character 4", "0 to 10")]
    [InlineData("((a:8):2)", "16", "take some away")]
    public void What_does_not_pair_up_is_refused_with_its_place(string prompt, params string[] expected)
    {
        var error = Assert.Throws<DiptychException>(() => PromptWeights.Parse(prompt));

        Assert.All(expected, text => Assert.Contains(text, error.Message, StringComparison.Ordinal));
        Assert.DoesNotContain('\n', error.Message);
    }
}
