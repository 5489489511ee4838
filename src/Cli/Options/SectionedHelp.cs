using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Diptych.Cli.Options;

/// <summary>The usual help, with a <see cref="SectionedCommand"/>'s headings between its options.</summary>
internal sealed class SectionedHelp(HelpAction usual) : SynchronousCommandLineAction
{
    /// <summary>Puts this in the place of a root command's help.</summary>
    public static void Install(RootCommand root)
    {
        var option = root.Options.OfType<HelpOption>().Single();
        option.Action = new SectionedHelp((HelpAction)option.Action!);
    }

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        if (parseResult.CommandResult.Command is not SectionedCommand command)
        {
            return usual.Invoke(parseResult);
        }

        var output = parseResult.InvocationConfiguration.Output;
        using var text = new StringWriter();
        parseResult.InvocationConfiguration.Output = text;
        try
        {
            return usual.Invoke(parseResult);
        }
        finally
        {
            parseResult.InvocationConfiguration.Output = output;
            output.Write(WithHeadings(text.ToString(), command));
        }
    }

    private static string WithHeadings(string help, SectionedCommand command) =>
        string.Join('\n', help.ReplaceLineEndings("\n").Replace("\nOptions:\n", "\n", StringComparison.Ordinal).Split('\n').Select(line => Headed(line, command)))
            .Replace("\n\n\n", "\n\n", StringComparison.Ordinal);

    private static string Headed(string line, SectionedCommand command) =>
        line.StartsWith("  --", StringComparison.Ordinal) && command.HeadingOf(line.Trim().Split(' ')[0]) is { } heading ? $"\n{heading}:\n{line}" : line;
}
