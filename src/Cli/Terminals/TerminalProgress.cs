using Spectre.Console;

namespace Diptych.Cli.Terminals;

/// <summary>Progress as bars that redraw themselves, with rate and time left.</summary>
internal sealed class TerminalProgress : IProgressDisplay
{
    private readonly IAnsiConsole _console;
    private readonly Dictionary<string, ProgressTask> _tasks = new(StringComparer.Ordinal);
    private readonly TaskCompletionSource _end = new();
    private readonly TaskCompletionSource<ProgressContext> _context = new();
    private readonly Task _display;

    public TerminalProgress(Terminal terminal)
    {
        _console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(terminal.Error),
            Ansi = AnsiSupport.Yes,
            Interactive = InteractionSupport.Yes,
            ColorSystem = terminal.Colour ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
        });
        _display = _console.Progress()
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), new RateColumn(), new RemainingTimeColumn())
            .StartAsync(context =>
            {
                _context.SetResult(context);
                return _end.Task;
            });
    }

    public void Report(string task, long done, long total, string detail = "")
    {
        if (!_tasks.TryGetValue(task, out var bar))
        {
            // A resumed run begins in the middle; starting the bar there keeps its rate honest.
            bar = _tasks[task] = _context.Task.GetAwaiter().GetResult().AddTask(Markup.Escape(task), maxValue: Math.Max(total, 1));
        }

        bar.MaxValue = Math.Max(total, 1);
        bar.Value = done;
        bar.Description = Markup.Escape(detail.Length == 0 ? task : $"{task}, {detail}");
        if (done >= total)
        {
            bar.StopTask();
            _tasks.Remove(task);
        }
    }

    public void Say(string line) => _console.WriteLine(line);

    public void Dispose()
    {
        _end.TrySetResult();
        _display.GetAwaiter().GetResult();
    }
}
