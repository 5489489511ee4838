using Diptych.Common.Training;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Diptych.Tests.Common.Training;

public sealed class FusedAdamWTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Ten_steps_equal_the_stock_optimizer(bool inTwoParts)
    {
        using var scope = NewDisposeScope();
        var generator = new Diptych.Common.Runtime.RandomStream(3, Diptych.Common.Runtime.RandomPurpose.Other);
        var start = new[] { generator.Normal(4, 3), generator.Normal(7) };
        var ours = start.Select(t => new Parameter(t.clone())).ToList();
        var stock = start.Select(t => new Parameter(t.clone())).ToList();
        using var fused = new FusedAdamW(ours, new AdamWOptions());
        using var reference = optim.AdamW(stock, 1e-2, weight_decay: 1e-2);

        for (var step = 0; step < 10; step++)
        {
            for (var i = 0; i < start.Length; i++)
            {
                var gradient = generator.Normal(start[i].shape);
                ours[i].grad = gradient.clone();
                stock[i].grad = gradient;
            }

            if (inTwoParts)
            {
                fused.Step(1e-2, null, 1, 2);
                fused.Step(1e-2, null, 0, 1);
            }
            else
            {
                fused.Step(1e-2);
            }

            reference.step();
        }

        for (var i = 0; i < start.Length; i++)
        {
            Close.Absolute(stock[i], ours[i], 1e-6);
        }
    }

    [Fact]
    public void Lanes_that_rest_share_a_step_and_its_norm_and_change_no_bit()
    {
        using var scope = NewDisposeScope();
        var generator = new Diptych.Common.Runtime.RandomStream(4, Diptych.Common.Runtime.RandomPurpose.Other);
        long[][] shapes = [[300, 400], [7], [50, 20, 3, 3], [200_000], [1]];
        var start = shapes.Select(shape => generator.Normal(shape)).ToArray();
        var gradients = shapes.Select(shape => generator.Normal(shape)).ToArray();

        Tensor[] After(int lanesCount)
        {
            var learn = start.Select(t => new Parameter(t.clone())).ToArray();
            using var optimizer = new FusedAdamW(learn, new AdamWOptions());
            using var lanes = new Diptych.Common.Runtime.Lanes(lanesCount);
            for (var step = 0; step < 3; step++)
            {
                foreach (var (one, gradient) in learn.Zip(gradients))
                {
                    one.grad = gradient.clone();
                }

                optimizer.Step(1e-2, optimizer.GradientDivisor(1));
            }

            return learn;
        }

        foreach (var (one, other) in After(1).Zip(After(3)))
        {
            Assert.True(one.equal(other).all().item<bool>());
        }
    }

    [Fact]
    public void The_rate_may_lie_in_a_tensor()
    {
        using var scope = NewDisposeScope();
        var generator = new Diptych.Common.Runtime.RandomStream(6, Diptych.Common.Runtime.RandomPurpose.Other);
        var start = generator.Normal(5, 4);
        var (byNumber, byTensor) = (new Parameter(start.clone()), new Parameter(start.clone()));
        using var first = new FusedAdamW([byNumber], new AdamWOptions());
        using var second = new FusedAdamW([byTensor], new AdamWOptions());
        for (var step = 0; step < 3; step++)
        {
            var gradient = generator.Normal(5, 4);
            (byNumber.grad, byTensor.grad) = (gradient.clone(), gradient.clone());
            first.Step(1e-2, first.GradientDivisor(1));
            second.Step(tensor(1e-2f), second.GradientDivisor(1));
        }

        // A number goes to our pass on the CPU, a tensor to libtorch's.
        Close.Absolute(byNumber, byTensor, 1e-6);
        Assert.NotEqual(start.sum().item<float>(), byTensor.sum().item<float>());
    }

    [Fact]
    public void A_parameter_without_a_gradient_stays_and_does_not_age()
    {
        using var scope = NewDisposeScope();
        var used = new Parameter(ones(2));
        var unused = new Parameter(ones(2));
        using var optimizer = new FusedAdamW([used, unused], new AdamWOptions());
        used.grad = ones(2);

        optimizer.Step(0.1);

        Assert.Equal([1f, 1f], unused.data<float>().ToArray());
        Assert.Equal(0f, optimizer.Steps[1].item<float>());
        Assert.Equal(1f, optimizer.Steps[0].item<float>());
        Assert.NotEqual(1f, used.data<float>()[0]);
    }

    [Fact]
    public void Stepping_and_dropping_gradients_leaves_nothing_behind()
    {
        var weight = new Parameter(ones(8));
        using var optimizer = new FusedAdamW([weight], new AdamWOptions());
        long Live() => DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        var counts = new List<long>();
        for (var step = 0; step < 20; step++)
        {
            using (NewDisposeScope())
            {
                (weight * weight).sum().backward();
                optimizer.Step(1e-3);
                optimizer.ZeroGradients();
            }

            counts.Add(Live());
        }

        Assert.Equal(counts[5], counts[^1]);
        Assert.Null(weight.grad);
    }
}
