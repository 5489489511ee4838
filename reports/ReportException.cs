namespace Diptych.Reports;

/// <summary>
/// Something in a run folder that the user can put right. The message is one line that names the file and the remedy,
/// meant to be printed without a stack trace.
/// </summary>
public class ReportException : Exception
{
    /// <summary>Creates the error from its one line.</summary>
    public ReportException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the error from its one line and the exception that led to it.</summary>
    public ReportException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Creates an error without a message; present for serializers only.</summary>
    public ReportException()
    {
    }
}
