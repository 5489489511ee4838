namespace Diptych.Cli.Terminals;

/// <summary>Shows how far long work has come.</summary>
internal interface IProgressDisplay : IDisposable
{
    /// <summary>Tells where a task stands.</summary>
    /// <param name="task">What is being done, in a few words; the same words from its beginning to its end.</param>
    /// <param name="done">Units done.</param>
    /// <param name="total">Units in all.</param>
    /// <param name="detail">What else is worth seeing now, such as the loss.</param>
    void Report(string task, long done, long total, string detail = "");

    /// <summary>Says one line beside the progress.</summary>
    void Say(string line);
}
