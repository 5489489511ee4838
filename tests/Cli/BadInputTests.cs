namespace Diptych.Tests.Cli;

public sealed class BadInputTests
{
    public static TheoryData<string> Kinds => [.. BadInputs.All.Keys];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Bad_input_is_one_line_with_its_name_and_nothing_is_written(string kind)
    {
        var input = BadInputs.All[kind];
        using var scratch = new ScratchFolder();

        var run = CliRun.Of(input.Arguments(scratch));

        Assert.Equal(input.Code, run.Code);
        Assert.Empty(run.Out);
        var line = Assert.Single(run.ErrorLines);
        Assert.StartsWith("diptych: ", line, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", line, StringComparison.Ordinal);
        Assert.All(input.Names, name => Assert.Contains(name, line, StringComparison.Ordinal));
        Assert.False(Directory.Exists(scratch["out"]), "something was left behind");
    }

    [Fact]
    public void There_are_at_least_twenty_kinds() => Assert.True(BadInputs.All.Count >= 20);
}
