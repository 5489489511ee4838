using Diptych.Cli.Terminals;

namespace Diptych.Cli;

/// <summary>What one call of the program works with.</summary>
/// <param name="Terminal">Where text goes.</param>
/// <param name="Arguments">Arguments as they were given.</param>
/// <param name="Clock">Times progress.</param>
/// <param name="Cancellation">Asks long work to stop at its next safe place.</param>
internal sealed record Session(Terminal Terminal, IReadOnlyList<string> Arguments, TimeProvider Clock, CancellationToken Cancellation)
{
    /// <summary>The command as it could be typed into a shell again.</summary>
    public string CommandLine => "diptych " + string.Join(' ', Arguments.Select(Quote));

    /// <summary>Opens the display of long work's progress; disposing of it leaves the terminal as it was.</summary>
    public IProgressDisplay ShowProgress() => Terminal.ErrorIsTerminal ? new TerminalProgress(Terminal) : new PlainProgress(Terminal.Error, Clock);

    /// <summary>A word as a shell reads it back.</summary>
    public static string Quote(string argument) =>
        argument.Length > 0 && argument.All(c => char.IsAsciiLetterOrDigit(c) || "-_=./,:+@%".Contains(c, StringComparison.Ordinal))
            ? argument
            : $"'{argument.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
