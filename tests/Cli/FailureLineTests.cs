using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using Diptych.Cli;
using Diptych.Common;
using Diptych.Reports;

namespace Diptych.Tests.Cli;

public sealed class FailureLineTests
{
    [Fact]
    public void What_the_user_can_put_right_is_one_line_and_exit_code_1()
    {
        Assert.Equal(("diptych: a.json is broken: mend it.", 1), FailureLine.Of(new DiptychException("a.json is broken:\nmend it."), "diptych x"));
        Assert.Equal(("diptych: run is no run", 1), FailureLine.Of(new ReportException("run is no run"), "diptych x"));
    }

    [Fact]
    public void A_cause_wrapped_by_a_type_that_did_not_load_is_still_told() =>
        Assert.Equal(("diptych: no libtorch", 1), FailureLine.Of(new TypeInitializationException("torch", new DiptychException("no libtorch")), "diptych x"));

    [Fact]
    public void Wrong_usage_points_to_the_verbs_help_and_is_exit_code_2() =>
        Assert.Equal(("diptych: --seed is odd (diptych generate --help tells more)", 2), FailureLine.Of(new UsageException("--seed is odd"), "diptych generate"));

    [Fact]
    public void An_interruption_is_exit_code_130() => Assert.Equal(130, FailureLine.Of(new OperationCanceledException(), "diptych x").Code);

    [Theory]
    [InlineData(typeof(InsufficientMemoryException), "")]
    [InlineData(typeof(ExternalException), "CUDA out of memory. Tried to allocate 2.00 GiB\n   at c10::Error")]
    [InlineData(typeof(ExternalException), "[enforce fail at alloc_cpu.cpp:118] DefaultCPUAllocator: can't allocate memory: you tried to allocate 8 bytes")]
    [InlineData(typeof(IOException), "Cannot allocate memory : '/x'")]
    public void Too_little_memory_is_no_defect_and_has_a_remedy(Type type, string message)
    {
        var failure = (Exception)Activator.CreateInstance(type, message)!;

        var (line, code) = FailureLine.Of(failure, "diptych train db");

        Assert.Equal(1, code);
        Assert.StartsWith("diptych: out of memory: ", line, StringComparison.Ordinal);
        Assert.Contains("--train-batch-size", line, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', line);
        Assert.Contains("--precision bf16", FailureLine.Of(new InvalidOperationException("while drawing", failure), "diptych generate").Line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("train", "ti")]
    [InlineData("train", "db")]
    [InlineData("generate")]
    [InlineData("compare")]
    [InlineData("convert")]
    [InlineData("model", "random")]
    [InlineData("bench")]
    [InlineData("bench", "load")]
    [InlineData("lab", "verify")]
    public void Remedies_for_too_little_memory_are_options_the_verb_has(params string[] verb)
    {
        var line = FailureLine.Of(new InsufficientMemoryException(), $"diptych {string.Join(' ', verb)}").Line;
        var help = CliRun.Of([.. verb, "--help"]).Out;

        Assert.All(Regex.Matches(line, "--[a-z0-9-]+"), option => Assert.Contains($"{option.Value} ", help, StringComparison.Ordinal));
    }

    [Fact]
    public void A_defect_is_one_line_whose_full_text_is_kept_in_a_file()
    {
        var (line, code) = FailureLine.Of(new InvalidOperationException("first\n   at c10::Error"), "diptych x");

        Assert.Equal(1, code);
        Assert.DoesNotContain('\n', line);
        Assert.StartsWith("diptych: InvalidOperationException: first (", line, StringComparison.Ordinal);
        var file = line[line.LastIndexOf(' ')..].Trim(' ', ')');
        Assert.Contains("c10::Error", File.ReadAllText(file), StringComparison.Ordinal);
        File.Delete(file);
    }

    [Fact]
    public void A_full_disk_is_one_line_with_a_remedy()
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "needs /dev/full");

        var run = CliRun.Of("doctor", "--json", "/dev/full");

        Assert.Equal(1, run.Code);
        Assert.Single(run.ErrorLines);
        Assert.Contains("No space left on device", run.Error, StringComparison.Ordinal);
        Assert.Contains("free some space", run.Error, StringComparison.Ordinal);
    }
}
