namespace Diptych.Cli;

/// <summary>The command line is wrong: an option that does not exist, or a value that does not fit.</summary>
internal sealed class UsageException(string message, Exception? inner = null) : Exception(message, inner);
