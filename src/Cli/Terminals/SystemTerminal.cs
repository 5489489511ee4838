#pragma warning disable RS0030 // The one file that touches the process's console: everything else is given a Terminal.
namespace Diptych.Cli.Terminals;

/// <summary>The terminal of this process.</summary>
internal static class SystemTerminal
{
    /// <summary>Standard output and standard error, and whether a person watches them.</summary>
    public static Terminal Create() => new(Console.Out, Console.Error)
    {
        OutIsTerminal = !Console.IsOutputRedirected,
        ErrorIsTerminal = !Console.IsErrorRedirected && Environment.GetEnvironmentVariable("TERM") is not "dumb",
        Colour = string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")),
    };
}
