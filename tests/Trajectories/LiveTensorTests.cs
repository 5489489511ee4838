using Diptych.Common.Training;
using Diptych.DreamBooth;
using Diptych.TextualInversion;
using TorchSharp;

namespace Diptych.Tests.Trajectories;

/// <summary>Two hundred steps of each trainer hold no more tensors than ten.</summary>
[Trait("Tier", "Recipe")]
public sealed class LiveTensorTests
{
    private const int Early = 10;
    private const int Late = 200;

    [Fact]
    public void Textual_inversion_keeps_nothing_from_step_to_step()
    {
        using var folder = new TemporaryFolder();
        using var lab = LabTraining.Open();
        var options = new TextualInversionOptions { PlaceholderToken = "<x>", InitializerToken = "dog" };
        options = options with { Training = Short(options.Training) };
        var live = new Dictionary<int, long>();

        TextualInversionTrainer.Train(lab.Sd, lab.Photos, options, folder.Path, progress: p => live[p.Step] = Count(), cancellation: TestContext.Current.CancellationToken);

        Assert.Equal(live[Early], live[Late]);
    }

    [Fact]
    public void DreamBooth_keeps_nothing_from_step_to_step()
    {
        using var folder = new TemporaryFolder();
        using var lab = LabTraining.Open();
        var options = new DreamBoothOptions { InstancePrompt = "a photo of sks dog" };
        options = options with { Training = Short(options.Training) };
        var live = new Dictionary<int, long>();

        DreamBoothTrainer.Train(lab.Sd, lab.Photos, null, options, folder.Path, progress: p => live[p.Step] = Count(), cancellation: TestContext.Current.CancellationToken);

        Assert.Equal(live[Early], live[Late]);
    }

    private static TrainingOptions Short(TrainingOptions options) => options with { MaxTrainSteps = Late, TrainBatchSize = 1, CheckpointingSteps = 0 };

    private static long Count() => DisposeScopeManager.Statistics.ThreadTotalLiveCount;
}
