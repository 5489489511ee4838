namespace Diptych.Common;

/// <summary>
/// Something the user can put right: a missing file, a wrong shape, an option out of range.
/// The message is one line that names the file (or option) and the remedy; the command line prints it without a stack trace.
/// </summary>
public class DiptychException : Exception
{
    /// <summary>Creates the error from its one line.</summary>
    public DiptychException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the error from its one line and the exception that led to it.</summary>
    public DiptychException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Creates an error without a message; present for serializers only.</summary>
    public DiptychException()
    {
    }
}
