namespace Diptych.Cli;

/// <summary>Work was interrupted and left in a state it can be taken up from; the message says how.</summary>
internal sealed class InterruptedException(string message, Exception inner) : Exception(message, inner);
