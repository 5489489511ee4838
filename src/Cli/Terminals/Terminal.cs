namespace Diptych.Cli.Terminals;

/// <summary>Where results and messages go. Results go to <paramref name="Out"/>, everything else to <paramref name="Error"/>.</summary>
/// <param name="Out">Standard output.</param>
/// <param name="Error">Standard error.</param>
internal sealed record Terminal(TextWriter Out, TextWriter Error)
{
    /// <summary>Whether results are read by a person now, not by a file or another program.</summary>
    public bool OutIsTerminal { get; init; }

    /// <summary>Whether progress may redraw itself.</summary>
    public bool ErrorIsTerminal { get; init; }

    /// <summary>Whether colours are welcome; <c>NO_COLOR</c> says no.</summary>
    public bool Colour { get; init; }
}
