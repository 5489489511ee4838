using System.CommandLine;
using System.CommandLine.Help;
using Diptych.Cli.Options;
using Diptych.Cli.Terminals;
using Diptych.Cli.Verbs;

namespace Diptych.Cli;

/// <summary>The whole program but the process: arguments in, text and an exit code out.</summary>
internal static class CommandLineProgram
{
    // Prompts may begin with any character, so neither response files (@file) nor bundled letters (-abc) are understood.
    private static readonly ParserConfiguration Parsing = new() { EnablePosixBundling = false, ResponseFileTokenReplacer = null };

    /// <summary>Runs one command.</summary>
    /// <param name="arguments">Arguments after the program's name.</param>
    /// <param name="terminal">Where text goes.</param>
    /// <param name="clock">Times progress; the system's where not given.</param>
    /// <param name="cancellation">Asks long work to stop at its next safe place.</param>
    public static int Run(IReadOnlyList<string> arguments, Terminal terminal, TimeProvider? clock = null, CancellationToken cancellation = default)
    {
        var root = RootVerb.Create(new Session(terminal, arguments, clock ?? TimeProvider.System, cancellation));
        var parsed = root.Parse(OptionSpelling.Normalise(arguments, root), Parsing);
        try
        {
            if (parsed.Errors.Count > 0 && parsed.Action is not (HelpAction or SectionedHelp))
            {
                throw new UsageException(UsageErrors.First(parsed));
            }

            return parsed.Invoke(new InvocationConfiguration
            {
                Output = terminal.Out, Error = terminal.Error, EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null,
            });
        }
        catch (Exception e)
        {
            // Every failure leaves through here: one line for people, an exit code for scripts, never a stack trace.
            var (line, code) = FailureLine.Of(e, UsageErrors.Verb(parsed));
            terminal.Error.WriteLine(line);
            return code;
        }
    }
}
