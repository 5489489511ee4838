using System.Runtime.CompilerServices;
using Diptych.Cli.Terminals;

[assembly: InternalsVisibleTo("Diptych.Tests")]

namespace Diptych.Cli;

internal static class Program
{
    private static int Main(string[] args)
    {
        var terminal = SystemTerminal.Create();
        using var interruption = new Interruption(terminal.Error);
        return CommandLineProgram.Run(args, terminal, cancellation: interruption.Token);
    }
}
