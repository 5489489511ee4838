using System.CommandLine;
using System.Text.Json;
using System.Text.RegularExpressions;
using Diptych.Cli;
using Diptych.Cli.Options;
using Diptych.Cli.Terminals;
using Diptych.Cli.Verbs;
using Diptych.Common.Training;
using Diptych.DreamBooth;
using Diptych.TextualInversion;

namespace Diptych.Tests.Cli;

public sealed class UsageTests
{
    // An empty prompt is a prompt.
    private static readonly string[] Prompts = ["--prompt", "--negative-prompt"];

    public static TheoryData<string, string> Numbers => Options(option => option.ValueType == typeof(int?) || option.ValueType == typeof(double?));

    public static TheoryData<string, string> Texts => Options(option => option.ValueType == typeof(string) && !Prompts.Contains(option.Name));

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
    [InlineData("bench")]
    [InlineData("bench", "load")]
    [InlineData("bench", "levers")]
    [InlineData("lab")]
    [InlineData("lab", "verify")]
    [InlineData("lab", "render")]
    [InlineData("lab", "pretrain")]
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

    [Theory]
    [MemberData(nameof(Numbers))]
    public void A_number_out_of_range_is_told_by_the_option_it_was_given_with(string verb, string option)
    {
        using var scratch = new ScratchFolder();

        var run = CliRun.Of([.. Without(option, Complete(verb, scratch)), option, "-5"]);

        Assert.Equal(2, run.Code);
        // How much of a picture is drawn anew is asked before there is a picture.
        Assert.Contains(option == "--strength" ? option : $"{option} -5", Assert.Single(run.ErrorLines), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Texts))]
    public void A_text_that_is_empty_is_told_to_be_before_anything_is_done(string verb, string option)
    {
        using var scratch = new ScratchFolder();

        var run = CliRun.Of([.. Without(option, Complete(verb, scratch)), option, ""]);

        Assert.Equal(2, run.Code);
        Assert.Contains($"{option} needs a value", Assert.Single(run.ErrorLines), StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(scratch.Root));
    }

    [Fact]
    public void A_folder_that_is_empty_text_is_told_to_be() => Assert.Contains("RUN needs a value", CliRun.Of("report", "").Error, StringComparison.Ordinal);

    [Fact]
    public void A_prompt_may_be_empty() =>
        Assert.Contains("--num-images 0 is out of range", CliRun.Of("generate", "--prompt", "", "--negative-prompt", "", "--num-images", "0").Error, StringComparison.Ordinal);

    [Fact]
    public void No_limit_of_the_gradients_norm_is_among_what_can_be_chosen()
    {
        using var scratch = new ScratchFolder();

        Assert.Contains("0 for no limit", CliRun.Of([.. BadInputs.Train(scratch), "--max-grad-norm", "-1"]).Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ti")]
    [InlineData("db")]
    public void Flags_of_the_reference_scripts_that_are_not_here_say_what_is(string method)
    {
        var help = CliRun.Of("train", method, "--help").Out;

        Assert.All(ReferenceFlags.Known, flag =>
        {
            Assert.DoesNotContain($"{flag.Key} ", help, StringComparison.Ordinal);
            Assert.All(Regex.Matches(flag.Value, "--[a-z0-9-]+"), option => Assert.Contains($"{option.Value} ", help, StringComparison.Ordinal));

            var run = CliRun.Of("train", method, "--" + flag.Key[2..].Replace('-', '_'), "x");
            Assert.Equal(2, run.Code);
            Assert.Contains($": {flag.Value}.", Assert.Single(run.ErrorLines), StringComparison.Ordinal);
        });
        Assert.DoesNotContain(":", CliRun.Of("generate", "--prompt", "a dog", "--report_to", "x").ErrorLines[0]["diptych: ".Length..], StringComparison.Ordinal);
    }

    [Fact]
    public void A_command_that_is_told_can_be_typed()
    {
        Assert.Equal("runs/dog-1", Session.Quote("runs/dog-1"));
        Assert.Equal("'my dog'\\''s'", Session.Quote("my dog's"));
    }

    [Fact]
    public void A_micro_laboratory_has_a_work_folder_of_its_own() =>
        Assert.Contains("--micro runs/lab-pretrain-micro", string.Join(' ', CliRun.Of("lab", "pretrain", "--help").Out.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);

    [Fact]
    public void Given_options_are_spelled_as_in_the_reference_scripts_too()
    {
        using var scratch = new ScratchFolder();

        var run = CliRun.Of("generate", "--prompt", "a photo of a_dog", "--num_images=0", "--output_dir", scratch["out"]);

        Assert.Contains("--num-images 0 is out of range", run.Error, StringComparison.Ordinal);
    }

    // A command line of the verb that lacks nothing, to which one option is added.
    private static string[] Complete(string verb, ScratchFolder scratch) => verb switch
    {
        "train ti" => BadInputs.Train(scratch),
        "train db" => BadInputs.TrainDreamBooth(scratch),
        "generate" => BadInputs.Generate(scratch, LabCopy.Model),
        "convert" => ["convert", "--from", scratch["model.ckpt"], "--output-dir", scratch["out"]],
        "model random" => ["model", "random", "--output-dir", scratch["out"]],
        "bench load" => ["bench", "load", "--model", LabCopy.Model],
        _ => verb.Split(' '),
    };

    private static string[] Without(string option, string[] command)
    {
        var at = Array.IndexOf(command, option);
        return at < 0 ? command : [.. command[..at], .. command[(at + 2)..]];
    }

    private static TheoryData<string, string> Options(Func<Option, bool> wanted)
    {
        var data = new TheoryData<string, string>();
        var root = RootVerb.Create(new Session(new Terminal(TextWriter.Null, TextWriter.Null), [], TimeProvider.System, CancellationToken.None));
        foreach (var (verb, command) in Verbs(root, ""))
        {
            foreach (var option in command.Options.Where(wanted))
            {
                data.Add(verb, option.Name);
            }
        }

        return data;
    }

    private static IEnumerable<(string Verb, Command Command)> Verbs(Command command, string name) =>
        command.Subcommands.SelectMany(below => Verbs(below, $"{name} {below.Name}".Trim())).Append((name, command));
}
