namespace Diptych.Cli;

/// <summary>What the program tells the shell.</summary>
internal static class ExitCodes
{
    /// <summary>Done.</summary>
    public const int Done = 0;

    /// <summary>Something went wrong, and the one line on stderr says what.</summary>
    public const int Failed = 1;

    /// <summary>The command line itself is wrong.</summary>
    public const int Usage = 2;

    /// <summary>Interrupted, as shells count it: 128 and SIGINT's number.</summary>
    public const int Interrupted = 130;
}
