using Diptych.Common.Training;
using Diptych.Tests.Trajectories;

namespace Diptych.Tests.Common.Training;

public sealed class TrainingLogTests
{
    [Fact]
    public void A_resumed_run_drops_lines_its_checkpoint_had_not_seen_and_keeps_the_time()
    {
        using var folder = new TemporaryFolder();
        var log = new TrainingLog(folder.Path, 0);
        log.Add(new TrainingPoint(10, 0.5, 1e-4, 3));
        log.Add(new TrainingPoint(20, 0.4, 1e-4, 6));

        var resumed = new TrainingLog(folder.Path, 10);

        Assert.Equal(3, resumed.SecondsSoFar);
        Assert.Equal([10], TrainingLog.Read(folder.Path).Select(p => p.Step));
    }

    [Fact]
    public void A_line_cut_by_a_kill_ends_the_log()
    {
        using var folder = new TemporaryFolder();
        new TrainingLog(folder.Path, 0).Add(new TrainingPoint(10, 0.5, 1e-4, 3));
        File.AppendAllText(folder.In("metrics.jsonl"), "{\"step\":20,\"lo");

        Assert.Equal([10], TrainingLog.Read(folder.Path).Select(p => p.Step));
    }
}
