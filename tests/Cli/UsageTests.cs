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
    public void Every_verb_explains_itself(params string[] verb)
    {
        var run = CliRun.Of([.. verb, "--help"]);

        Assert.Equal(0, run.Code);
        Assert.Empty(run.Error);
        Assert.Contains("Usage:", run.Out, StringComparison.Ordinal);
    }
}
