using Diptych.Common;
using Diptych.Common.Pipelines;
using Diptych.Tests.Trajectories;
using Diptych.TextualInversion;

namespace Diptych.Tests.TextualInversion;

public sealed class TextualInversionTrainerTests
{
    private static readonly TextualInversionOptions Options = new() { PlaceholderToken = "<x>", InitializerToken = "dog" };

    [Theory]
    [InlineData(1, true)]
    [InlineData(3, false)]
    public void A_template_too_long_for_the_word_is_found_by_file_and_line_before_there_are_photos(int vectors, bool fits)
    {
        using var folder = new TemporaryFolder();
        using var sd = StableDiffusion.Load(LabTraining.Model);
        File.WriteAllLines(folder.In("t.txt"), ["a photo of a {}", "", $"  {string.Concat(Enumerable.Repeat("a ", 20))}{{}}"]);
        var options = Options with { NumVectors = vectors, TemplateFile = folder.In("t.txt") };
        if (fits)
        {
            using var concept = TextualInversionTrainer.Prepare(sd, options);
            Assert.Equal(vectors, concept.Rows[0].shape[0]);
            return;
        }

        var error = Assert.Throws<DiptychException>(() => TextualInversionTrainer.Prepare(sd, options)).Message;

        Assert.Contains("t.txt, line 3: ", error, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error);
    }

    [Fact]
    public void More_rows_than_the_built_in_templates_have_room_for_are_refused_by_the_option()
    {
        using var sd = StableDiffusion.Load(LabTraining.Model);

        var error = Assert.Throws<DiptychException>(() => TextualInversionTrainer.Prepare(sd, Options with { NumVectors = 20 })).Message;

        Assert.Contains("--num-vectors 20 is too many", error, StringComparison.Ordinal);
        Assert.Contains("choose fewer", error, StringComparison.Ordinal);
    }
}
