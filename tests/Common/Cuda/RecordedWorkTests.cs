using Diptych.Common.Cuda;
using Diptych.Common.Runtime;
using Diptych.Common.Training;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Diptych.Tests.Common.Cuda;

public sealed class RecordedWorkTests
{
    [Fact]
    public void Nothing_is_recorded_on_the_CPU()
    {
        Assert.False(RecordedWork.IsAvailableOn(CPU));
        using var here = zeros(3);
        using var sent = here.SentTo(CPU);
        Assert.Equal(TorchSharp.DeviceType.CPU, sent.device_type);
    }

    [Fact]
    public void Recorded_steps_learn_what_steps_one_by_one_learn()
    {
        var device = CudaDevice.Require();
        using var scope = NewDisposeScope();
        var random = new RandomStream(8, RandomPurpose.Other);
        var start = random.Normal(6, 6);
        Tensor[] inputs = [.. Enumerable.Range(0, 9).Select(_ => random.Normal(4, 6).SentTo(device))];

        var (oneByOne, recorded) = (new Parameter(start.to(device)), new Parameter(start.to(device)));
        using var first = new FusedAdamW([oneByOne], new AdamWOptions());
        using var second = new FusedAdamW([recorded], new AdamWOptions());
        foreach (var input in inputs)
        {
            Loss(oneByOne, input).backward();
            first.Step(1e-2, first.GradientDivisor(1));
            first.ZeroGradients();
        }

        using (var work = new RecordedWork(given =>
        {
            var loss = Loss(recorded, given[1]);
            loss.backward();
            second.Step(given[0], second.GradientDivisor(1));
            second.ZeroGradients();
            return loss;
        }))
        {
            var rate = full([], 1e-2, dtype: ScalarType.Float32, device: device);
            Assert.All(inputs, input => Assert.True(float.IsFinite(work.Run([rate, input]).item<float>())));
        }

        Close.Absolute(oneByOne.cpu(), recorded.cpu(), 1e-6);

        static Tensor Loss(Parameter weight, Tensor input) => input.matmul(weight).square().mean();
    }
}
