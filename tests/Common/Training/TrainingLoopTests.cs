using Diptych.Common;
using Diptych.Common.Runtime;
using Diptych.Common.Training;
using Diptych.Tests.Trajectories;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Diptych.Tests.Common.Training;

public sealed class TrainingLoopTests
{
    private static readonly Dictionary<string, string> Fingerprint = new() { ["data"] = "one" };

    [Theory]
    [InlineData(3, false)]
    [InlineData(EightBitAdamW.SmallestEightBit, true)]
    public void A_run_interrupted_and_resumed_ends_with_the_bits_of_one_left_alone(int width, bool eightBit)
    {
        using var folder = new TemporaryFolder();
        using var alone = new Toy(width);
        using var interrupted = new Toy(width);
        using var resumed = new Toy(width);
        var options = new TrainingOptions { MaxTrainSteps = 12, TrainBatchSize = 2, LearningRate = 0.1, LrScheduler = "cosine", CheckpointingSteps = 5, Use8BitAdam = eightBit };
        alone.Loop(options).Run(Run(folder.In("alone"), options), cancellation: TestContext.Current.CancellationToken);
        using var stop = new CancellationTokenSource();

        Assert.Throws<OperationCanceledException>(() => interrupted.Loop(options).Run(
            Run(folder.In("cut"), options),
            p =>
            {
                if (p.Step == 7)
                {
                    stop.Cancel();
                }
            },
            stop.Token));
        resumed.Loop(options).Run(Run(folder.In("cut"), options, resume: true), cancellation: TestContext.Current.CancellationToken);

        Assert.Equal(alone.Weight.data<float>().ToArray(), resumed.Weight.data<float>().ToArray());
        Assert.NotEqual(alone.Weight.data<float>().ToArray(), interrupted.Weight.data<float>().ToArray());
    }

    [Fact]
    public void Accumulating_two_passes_equals_one_pass_over_both()
    {
        using var folder = new TemporaryFolder();
        using var twice = new Toy();
        using var once = new Toy();
        var options = new TrainingOptions { MaxTrainSteps = 4, TrainBatchSize = 1, GradientAccumulationSteps = 2, LearningRate = 0.1 };
        twice.Loop(options).Run(Run(folder.In("a"), options), cancellation: TestContext.Current.CancellationToken);
        var whole = options with { TrainBatchSize = 2, GradientAccumulationSteps = 1 };
        once.Loop(whole).Run(Run(folder.In("b"), whole), cancellation: TestContext.Current.CancellationToken);

        Close.Absolute(once.Weight, twice.Weight, 1e-6);
    }

    [Fact]
    public void A_loss_that_is_no_number_ends_the_run_without_a_checkpoint()
    {
        using var folder = new TemporaryFolder();
        using var toy = new Toy { Poison = 6 };
        var options = new TrainingOptions { MaxTrainSteps = 20, TrainBatchSize = 1, CheckpointingSteps = 7 };

        var error = Assert.Throws<DiptychException>(() => toy.Loop(options).Run(Run(folder.Path, options), cancellation: TestContext.Current.CancellationToken));

        Assert.Contains("--learning-rate", error.Message, StringComparison.Ordinal);
        Assert.Null(Checkpoint.Latest(folder.Path));
    }

    [Fact]
    public void Other_options_or_no_word_of_resuming_are_refused()
    {
        using var folder = new TemporaryFolder();
        using var toy = new Toy();
        var options = new TrainingOptions { MaxTrainSteps = 2, TrainBatchSize = 1, CheckpointingSteps = 1 };
        toy.Loop(options).Run(Run(folder.Path, options), cancellation: TestContext.Current.CancellationToken);

        Assert.Contains("--resume", Assert.Throws<DiptychException>(() => Run(folder.Path, options)).Message, StringComparison.Ordinal);
        var other = new TrainingRun(folder.Path, options, new Dictionary<string, string> { ["data"] = "two" }, resume: true);
        Assert.Contains("data was one and is two now", Assert.Throws<DiptychException>(() => toy.Loop(options).Run(other)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_beyond_the_steps_that_are_asked_for_is_refused_with_both_numbers()
    {
        using var folder = new TemporaryFolder();
        using var toy = new Toy();
        var options = new TrainingOptions { MaxTrainSteps = 5, TrainBatchSize = 1, CheckpointingSteps = 1 };
        toy.Loop(options).Run(Run(folder.Path, options), cancellation: TestContext.Current.CancellationToken);
        var shorter = options with { MaxTrainSteps = 3 };

        var error = Assert.Throws<DiptychException>(() => toy.Loop(shorter).Run(Run(folder.Path, shorter, resume: true))).Message;

        Assert.Contains("at step 5, and --max-train-steps is 3: ask for 5 or more", error, StringComparison.Ordinal);
        toy.Loop(options).Run(Run(folder.Path, options, resume: true), cancellation: TestContext.Current.CancellationToken);
    }

    [Fact]
    public void A_run_of_another_length_is_refused_by_name_where_the_schedule_knows_the_end()
    {
        using var folder = new TemporaryFolder();
        using var toy = new Toy();
        var options = new TrainingOptions { MaxTrainSteps = 2, TrainBatchSize = 1, CheckpointingSteps = 1, LrScheduler = "cosine" };
        void Train(TrainingOptions wanted, bool resume) => toy.Loop(wanted).Run(
            new TrainingRun(folder.Path, wanted, new Dictionary<string, string> { ["options"] = TrainingFingerprint.Of(wanted).ToString() }, resume), cancellation: TestContext.Current.CancellationToken);
        Train(options, resume: false);

        var error = Assert.Throws<DiptychException>(() => Train(options with { MaxTrainSteps = 4 }, resume: true)).Message;

        Assert.Contains("state.json: max-train-steps was 2 and is 4 now: resume", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Before_each_checkpoint_also_of_an_interrupted_run_the_steps_are_told()
    {
        using var folder = new TemporaryFolder();
        using var toy = new Toy();
        using var stop = new CancellationTokenSource();
        var options = new TrainingOptions { MaxTrainSteps = 9, TrainBatchSize = 1, CheckpointingSteps = 2 };
        var told = new List<string>();

        Assert.Throws<OperationCanceledException>(() => toy.Loop(options, step => told.Add($"{step} after {Checkpoint.Latest(folder.Path)?.Step}")).Run(
            Run(folder.Path, options),
            p =>
            {
                if (p.Step == 5)
                {
                    stop.Cancel();
                }
            },
            stop.Token));

        Assert.Equal(["2 after ", "4 after 2", "5 after 4"], told);
    }

    private static TrainingRun Run(string folder, TrainingOptions options, bool resume = false) => new(folder, options, Fingerprint, resume);

    // Learns the mean of numbers that its streams draw: a whole training run in a millisecond.
    private sealed class Toy(int width = 3) : ITrainingStep, IDisposable
    {
        public Parameter Weight { get; } = new(zeros(width));

        public long Poison { get; init; } = -1;

        public IReadOnlyList<NamedParameter> Trainable => [new("weight", Weight)];

        public Tensor Loss(TrainingBatch batch)
        {
            using var scope = NewDisposeScope();
            return (batch.Latents - Weight).pow(2).mean().MoveToOuterDisposeScope();
        }

        public TrainingLoop Loop(TrainingOptions options, Action<int>? atCheckpoint = null) => new(options, this, 5, Batch) { AtCheckpoint = atCheckpoint };

        private TrainingBatch Batch(MicroBatch pass)
        {
            // One stream for each photo's position, so that passes of any size meet the same numbers.
            var x = stack(Enumerable.Range(0, pass.Count).Select(i => new RandomStream(1, RandomPurpose.Noise, pass.FirstPosition + i).Normal(width)).ToArray());
            return new TrainingBatch(pass.Index == Poison ? x * double.NaN : x, x, x, new([x]));
        }

        public void Dispose() => Weight.Dispose();
    }
}
