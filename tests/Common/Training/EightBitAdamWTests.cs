using Diptych.Common.Cuda;
using Diptych.Common.Runtime;
using Diptych.Common.Training;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Diptych.Tests.Common.Training;

public sealed class EightBitAdamWTests
{
    [Theory]
    [InlineData(true, -1f)]
    [InlineData(false, 0f)]
    public void The_tree_has_256_values_from_least_to_one_dense_near_zero(bool signed, float least)
    {
        float[] tree = BlockwiseBytes.Tree(signed);

        Assert.Equal(256, tree.Length);
        Assert.Equal([.. tree.Distinct().Order()], tree);
        Assert.True(tree[0] >= least);
        Assert.Equal(1f, tree[^1]);
        Assert.Contains(0f, tree);
        // Seven decades: the least magnitude is a few ten-millionths.
        Assert.InRange(tree.Where(value => value > 0).Min(), 1e-7f, 1e-6f);
    }

    [Fact]
    public void Numbers_come_back_within_half_a_step_of_the_tree_each_block_by_its_own_measure()
    {
        using var scope = NewDisposeScope();
        var numbers = new RandomStream(1, RandomPurpose.Other).Normal(3, 4 * BlockwiseBytes.BlockSize);
        numbers[2].mul_(1e-5);
        using var kept = new BlockwiseBytes(numbers.shape, signed: true, CPU);

        kept.Write(numbers);

        var error = (kept.Read() - numbers).abs();
        // The top decade's 64 parts are .014 wide; the gap below 1 and those between decades are wider than the rest.
        Assert.InRange((error / numbers.abs().amax([1], keepdim: true)).max().item<float>(), 0, .03f);
        Assert.InRange((error.sum() / numbers.abs().sum()).item<float>(), 0, .012f);
    }

    [Fact]
    public void A_weight_that_lies_channels_last_learns_what_it_learns_in_order()
    {
        using var scope = NewDisposeScope();
        var random = new RandomStream(2, RandomPurpose.Other);
        Tensor start = random.Normal(32, 32, 3, 3), gradient = random.Normal(32, 32, 3, 3);
        Parameter After(Func<Tensor, Tensor> lay)
        {
            var weight = new Parameter(lay(start).clone());
            using var optimizer = new EightBitAdamW([weight], new AdamWOptions());
            for (var step = 0; step < 3; step++)
            {
                weight.grad = lay(gradient).clone();
                optimizer.Step(1e-2);
            }

            return weight;
        }

        var (inOrder, channelsLast) = (After(numbers => numbers), After(ChannelsLast.ToChannelsLast));

        Assert.True(ChannelsLast.IsChannelsLast(channelsLast));
        Close.Absolute(inOrder, channelsLast, 1e-6);
    }

    [Fact]
    public void Nothing_becomes_something_but_zero_and_nothing_positive_becomes_zero()
    {
        using var scope = NewDisposeScope();
        var numbers = zeros(600);
        numbers[3] = 1e-12f;
        numbers[4] = 1;
        using var kept = new BlockwiseBytes(numbers.shape, signed: false, CPU);
        Assert.Equal(0f, kept.Read().abs().max().item<float>());

        kept.Write(numbers);

        Assert.Equal(2L, kept.Read().gt(0).sum().item<long>());
        Assert.Equal(1f, kept.Read()[4].item<float>());
    }

    [Fact]
    public void Learns_what_fp32_moments_learn_in_a_quarter_of_their_memory()
    {
        using var scope = NewDisposeScope();
        var random = new RandomStream(2, RandomPurpose.Other);
        var (inputs, truth) = (random.Normal(256, 96), random.Normal(96, 64) / 10);
        var (full, bytes) = (new Parameter(zeros(96, 64)), new Parameter(zeros(96, 64)));
        using var reference = new FusedAdamW([full], new AdamWOptions());
        using var optimizer = new EightBitAdamW([bytes], new AdamWOptions());

        for (var step = 0; step < 300; step++)
        {
            foreach (var (weight, learner) in ((Parameter, IOptimizer)[])[(full, reference), (bytes, optimizer)])
            {
                (inputs.matmul(weight) - inputs.matmul(truth)).square().mean().backward();
                learner.Step(3e-3);
                learner.ZeroGradients();
            }
        }

        var left = (full - truth).norm().item<float>() / truth.norm().item<float>();
        Assert.InRange(left, 0, .05f);
        Assert.InRange((bytes - full).norm().item<float>() / full.norm().item<float>(), 0, .02f);
        static long Bytes(IOptimizer learner) => learner.StateOf(0).Skip(1).Sum(state => state.Value.numel() * state.Value.element_size());
        Assert.InRange((double)Bytes(optimizer) / Bytes(reference), 0, .26);
    }

    [Fact]
    public void Small_parameters_keep_what_fp32_gives_them_and_each_has_its_own_state()
    {
        using var scope = NewDisposeScope();
        Parameter[] New() => [new(ones(8)), new(ones(EightBitAdamW.SmallestEightBit)), new(ones(5))];
        Parameter[] ours = New(), theirs = New();
        using var optimizer = new EightBitAdamW(ours, new AdamWOptions());
        using var reference = new FusedAdamW(theirs, new AdamWOptions());
        foreach (var parameter in (Parameter[])[.. ours, .. theirs])
        {
            parameter.grad = full_like(parameter, .5);
        }

        optimizer.Step(.1, tensor(2f));
        reference.Step(.1, tensor(2f));

        for (var i = 0; i < 3; i++)
        {
            Close.Absolute(theirs[i], ours[i], 1e-6);
        }

        Assert.Equal(["weights", "mean", "square", "steps"], optimizer.StateOf(2).Select(state => state.Key));
        Assert.Equal(5L, optimizer.StateOf(2).First().Value.numel());
        Assert.Equal(["weights", "mean8", "mean8_largest", "square8", "square8_largest", "steps"], optimizer.StateOf(1).Select(state => state.Key));
    }
}
