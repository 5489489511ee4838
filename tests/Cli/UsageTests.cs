using System.Text.Json;
using Diptych.Common.Training;
using Diptych.DreamBooth;
using Diptych.TextualInversion;

namespace Diptych.Tests.Cli;

public sealed class UsageTests
{
    [Theory]
    [InlineData("there is no verb 'doctr'", "doctr")]
    [InlineData("a verb is missing")]
    [InlineData("there is no option --jsn; did you mean --json?", "doctor", "--jsn", "x")]
    [InlineData("--json needs a value", "doctor", "--json")]
    [InlineData("--json is given 2 times", "doctor", "--json", "a", "--json", "b")]
    [InlineData("'stray' belongs to no option", "doctor", "stray")]
    public void Wrong_usage_is_one_line_that_names_the_word_and_the_help(string expected, params string[] arguments)
    {
        var run = CliRun.Of(arguments);

        Assert.Equal(2, run.Code);
        Assert.Empty(run.Out);
        Assert.Contains(expected, Assert.Single(run.ErrorLines), StringComparison.Ordinal);
        Assert.EndsWith("--help tells more)", run.ErrorLines[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData()]
    [InlineData("doctor")]
    [InlineData("train")]
    [InlineData("train", "ti")]
    [InlineData("train", "db")]
    [InlineData("generate")]
    [InlineData("compare")]
    [InlineData("report")]
    [InlineData("convert")]
    [InlineData("model")]
    [InlineData("model", "random")]
    [InlineData("bench", "load")]
    [InlineData("lab")]
    [InlineData("lab", "verify")]
    public void Every_verb_explains_itself(params string[] verb)
    {
        var run = CliRun.Of([.. verb, "--help"]);

        Assert.Equal(0, run.Code);
        Assert.Empty(run.Error);
        Assert.Contains("Usage:", run.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ti", typeof(TextualInversionOptions))]
    [InlineData("db", typeof(DreamBoothOptions))]
    [InlineData("ti", typeof(TrainingOptions))]
    [InlineData("db", typeof(TrainingOptions))]
    public void Every_training_option_can_be_given_and_its_default_is_told(string method, Type options)
    {
        string[] elsewhere = ["Training", "Adam", "Use8BitAdam", "EffectiveLearningRate", "LogEvery", "EqualityContract"];
        var help = CliRun.Of("train", method, "--help").Out;

        Assert.All(
            options.GetProperties().Select(p => p.Name).Except(elsewhere),
            name => Assert.Contains($"--{JsonNamingPolicy.KebabCaseLower.ConvertName(name)} ", help, StringComparison.Ordinal));
        Assert.Contains("--adam-beta1 <X>", help, StringComparison.Ordinal);
        // Spelled as the reference's, whose digit belongs to its word.
        Assert.Contains("--use-8bit-adam ", help, StringComparison.Ordinal);
        Assert.Contains("(the reference's, in effect with --parity: 500)", string.Join(' ', help.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
    }

    [Fact]
    public void Given_options_are_spelled_as_in_the_reference_scripts_too()
    {
        using var scratch = new ScratchFolder();

        var run = CliRun.Of("generate", "--prompt", "a photo of a_dog", "--num_images=0", "--output_dir", scratch["out"]);

        Assert.Contains("--num-images 0 is out of range", run.Error, StringComparison.Ordinal);
    }
}
