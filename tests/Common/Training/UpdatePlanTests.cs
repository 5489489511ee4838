using Diptych.Common.Training;

namespace Diptych.Tests.Common.Training;

public sealed class UpdatePlanTests
{
    [Fact]
    public void Batches_are_full_and_flow_over_the_ends_of_epochs_by_default()
    {
        var plan = new UpdatePlan(5, new TrainingOptions { TrainBatchSize = 2, GradientAccumulationSteps = 2 });

        Assert.Equal([new MicroBatch(0, 0, 2), new MicroBatch(1, 2, 2)], plan.For(0));
        Assert.Equal([new MicroBatch(2, 4, 2), new MicroBatch(3, 6, 2)], plan.For(1));
    }

    [Fact]
    public void Epochs_bound_batches_and_accumulation_under_parity()
    {
        var plan = new UpdatePlan(5, new TrainingOptions { TrainBatchSize = 2, GradientAccumulationSteps = 2, Parity = true });

        Assert.Equal([new MicroBatch(0, 0, 2), new MicroBatch(1, 2, 2)], plan.For(0));
        Assert.Equal([new MicroBatch(2, 4, 1)], plan.For(1));
        Assert.Equal([new MicroBatch(3, 5, 2), new MicroBatch(4, 7, 2)], plan.For(2));
    }
}
