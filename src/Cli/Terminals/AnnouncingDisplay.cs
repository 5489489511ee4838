namespace Diptych.Cli.Terminals;

/// <summary>
/// Says some lines when work is first seen to go on, and not before: a command that fails on what it was given then says only why.
/// </summary>
internal sealed class AnnouncingDisplay(IProgressDisplay display, IReadOnlyList<string> lines) : IProgressDisplay
{
    private bool _said;

    public void Report(string task, long done, long total, string detail = "")
    {
        if (!_said)
        {
            _said = true;
            foreach (var line in lines)
            {
                display.Say(line);
            }
        }

        display.Report(task, done, total, detail);
    }

    public void Say(string line) => display.Say(line);

    public void Dispose() => display.Dispose();
}
