using Diptych.Cli.Terminals;

namespace Diptych.Tests.Cli.Terminals;

public sealed class ProgressTests
{
    [Fact]
    public void Plain_progress_says_percent_rate_and_time_left_at_most_every_few_seconds()
    {
        using var writer = new StringWriter();
        var clock = new SteppedClock();
        using var progress = new PlainProgress(writer, clock);
        for (var step = 100; step <= 120; step++)
        {
            progress.Report("training", step, 120, "loss 0.5");
            clock.Advance(TimeSpan.FromSeconds(1));
        }

        string[] expected =
        [
            "training: 83 % (100/120), loss 0.5", "training: 88 % (105/120), 1.0/s, 0:15 left, loss 0.5", "training: 92 % (110/120), 1.0/s, 0:10 left, loss 0.5",
            "training: 96 % (115/120), 1.0/s, 0:05 left, loss 0.5", "training: 100 % (120/120), 1.0/s, 0:00 left, loss 0.5",
        ];
        Assert.Equal(expected, writer.ToString().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public void Slow_work_is_told_in_seconds_for_each_unit_and_long_work_in_hours()
    {
        var clock = new SteppedClock();
        var pace = new Pace(clock, 0);
        clock.Advance(TimeSpan.FromSeconds(40));

        Assert.Equal("20 s each, 0:40 left", pace.Describe(2, 4));
        Assert.Equal("20 s each, 5:33:20 left", pace.Describe(2, 1002));
    }

    [Fact]
    public void A_terminal_sees_a_bar_that_names_the_task_and_lines_said_beside_it()
    {
        using var writer = new StringWriter();
        using (var progress = new TerminalProgress(new Terminal(writer, writer) { ErrorIsTerminal = true }))
        {
            progress.Report("drawing [x]", 1, 4, "loss 1");
            progress.Say("a remark");
            progress.Report("drawing [x]", 4, 4);
        }

        Assert.Contains("drawing [x]", writer.ToString(), StringComparison.Ordinal);
        Assert.Contains("100%", writer.ToString(), StringComparison.Ordinal);
        Assert.Contains("a remark", writer.ToString(), StringComparison.Ordinal);
    }

    private sealed class SteppedClock : TimeProvider
    {
        private long _now;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _now;

        public void Advance(TimeSpan time) => _now += time.Ticks;
    }
}
