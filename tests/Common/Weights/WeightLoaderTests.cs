using Diptych.Common;
using Diptych.Common.Layers;
using Diptych.Common.Weights;
using static TorchSharp.torch;

namespace Diptych.Tests.Common.Weights;

public sealed class WeightLoaderTests : IDisposable
{
    private readonly string _path = Path.Combine(Path.GetTempPath(), $"diptych-{Guid.NewGuid():N}.safetensors");

    public void Dispose() => File.Delete(_path);

    [Fact]
    public void Half_precision_weights_fill_an_fp32_network()
    {
        using var scope = NewDisposeScope();
        using var linear = nn.Linear(2, 3);
        Write(("weight", arange(6, dtype: ScalarType.Float32).reshape(3, 2).to_type(ScalarType.BFloat16)), ("bias", ones(3, dtype: ScalarType.Float16)));

        using var file = SafetensorsFile.Open(_path);
        WeightLoader.Load(linear, file);

        Assert.Equal(ScalarType.Float32, linear.weight!.dtype);
        Assert.Equal([0f, 1f, 2f, 3f, 4f, 5f], linear.weight.data<float>().ToArray());
        Assert.True(linear.weight.requires_grad);
    }

    [Fact]
    public void Every_missing_extra_and_misshapen_tensor_is_named()
    {
        using var scope = NewDisposeScope();
        using var linear = nn.Linear(2, 3);
        Write(("weight", ones(1)), ("gain", ones(3)));
        using var file = SafetensorsFile.Open(_path);

        var error = Assert.Throws<DiptychException>(() => WeightLoader.Load(linear, file));

        Assert.Contains(_path, error.Message, StringComparison.Ordinal);
        Assert.Contains("1 missing: bias", error.Message, StringComparison.Ordinal);
        Assert.Contains("1 not wanted: gain", error.Message, StringComparison.Ordinal);
        Assert.Contains("1 wrong shape: weight [1] for [3,2]", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Renaming_may_leave_tensors_out_on_purpose()
    {
        using var scope = NewDisposeScope();
        using var linear = nn.Linear(2, 3, hasBias: false);
        Write(("old.weight", ones(3, 2)), ("position_ids", arange(4)));
        using var file = SafetensorsFile.Open(_path);

        WeightLoader.Load(linear, file, name => name == "position_ids" ? null : name["old.".Length..]);

        Assert.Equal(6f, linear.weight!.sum().item<float>());
    }

    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.BFloat16)]
    [InlineData(ScalarType.Float16)]
    public void A_network_without_memory_is_given_some_in_the_type_asked_for(ScalarType type)
    {
        using var scope = NewDisposeScope();
        using var network = UnallocatedNetwork.Build(() => nn.Sequential(("a", nn.Linear(2, 3)), ("b", nn.GroupNorm(1, 3)), ("c", nn.Conv2d(3, 1, 1)), ("d", new LookupTable(5, 2))));
        Assert.All(network.state_dict().Values, t => Assert.True(UnallocatedNetwork.IsUnallocated(t)));
        var values = network.state_dict().Select((p, i) => (p.Key, arange(p.Value.NumberOfElements, dtype: ScalarType.Float32).reshape(p.Value.shape) + i)).ToArray();
        Write(values);

        using var file = SafetensorsFile.Open(_path);
        WeightLoader.Load(network, file, placement: new WeightPlacement(CPU, type));

        foreach (var (name, value) in values)
        {
            var loaded = network.state_dict()[name];
            Assert.Equal(type, loaded.dtype);
            Assert.True(loaded.requires_grad);
            Assert.True(loaded.is_leaf);
            Assert.Equal(value.data<float>().ToArray(), loaded.detach().to_type(ScalarType.Float32).data<float>().ToArray());
        }

        Assert.Equal(CPU.type, get_default_device().type);
    }

    [Fact]
    public void A_network_that_was_given_memory_computes_and_learns()
    {
        using var scope = NewDisposeScope();
        using var linear = UnallocatedNetwork.Build(() => nn.Linear(2, 1));
        Write(("weight", tensor(new[,] { { 2f, 3f } })), ("bias", tensor(new[] { 1f })));
        using var file = SafetensorsFile.Open(_path);

        WeightLoader.Load(linear, file);
        var output = linear.call(tensor(new[,] { { 5f, 7f } }));
        output.sum().backward();

        Assert.Equal(32f, output.item<float>());
        Assert.Equal([5f, 7f], linear.weight!.grad!.data<float>().ToArray());
        Assert.Equal([2f, 3f], ((nn.Module)linear).parameters().First().data<float>().ToArray());
    }

    [Fact]
    public void Loading_holds_no_second_copy()
    {
        using var scope = NewDisposeScope();
        using var big = ones(1 << 20, dtype: ScalarType.Float16);
        Write(("weight", big.reshape(1024, 1024)));
        using var network = UnallocatedNetwork.Build(() => nn.Linear(1024, 1024, hasBias: false));
        using var file = SafetensorsFile.Open(_path);
        var before = GC.GetTotalAllocatedBytes(precise: true);

        WeightLoader.Load(network, file);

        Assert.InRange(GC.GetTotalAllocatedBytes(precise: true) - before, 0, 1 << 20);
        Assert.Equal(1f, network.weight!.mean().item<float>());
    }

    [Fact]
    public void Weights_in_the_files_own_pages_can_be_changed_and_the_file_stays_as_it_was()
    {
        using var scope = NewDisposeScope();
        Write(("weight", ones(3, 2)), ("bias", ones(3)));
        var before = File.ReadAllBytes(_path);
        using var linear = UnallocatedNetwork.Build(() => nn.Linear(2, 3));
        using var other = UnallocatedNetwork.Build(() => nn.Linear(2, 3));
        using (var file = SafetensorsFile.Open(_path))
        {
            Assert.NotNull(((IMappedWeights)file).Map("bias", ScalarType.Float32, [3]));
            Assert.Null(((IMappedWeights)file).Map("bias", ScalarType.BFloat16, [3]));
            WeightLoader.Load(linear, file);
            WeightLoader.Load(other, file);
        }

        using (no_grad())
        {
            linear.weight!.mul_(5);
        }

        // Replaced as files are here: by another of the same name.
        SafetensorsWriter.Write(_path, [KeyValuePair.Create("x", zeros(1))]);
        Assert.Equal(30f, linear.weight!.sum().item<float>());
        Assert.Equal(6f, other.weight!.sum().item<float>());
        Assert.Equal(3f, linear.bias!.sum().item<float>());
        File.WriteAllBytes(_path, before);
        using var again = SafetensorsFile.Open(_path);
        Assert.Equal(6f, again.Read("weight").sum().item<float>());
    }

    [Fact]
    public void Changing_one_mapped_weight_is_no_change_of_another()
    {
        using var scope = NewDisposeScope();
        Write(("weight", ones(3, 2)), ("bias", ones(3)));
        using var linear = UnallocatedNetwork.Build(() => nn.Linear(2, 3));
        using var file = SafetensorsFile.Open(_path);
        WeightLoader.Load(linear, file);
        using var input = ones(1, 2).requires_grad_();

        // Backward needs the weight as it was; autograd would refuse if the bias's change counted as the weight's.
        var output = linear.call(input);
        using (no_grad())
        {
            linear.bias!.add_(1);
        }

        output.sum().backward();
        Assert.Equal([3f, 3f], input.grad!.data<float>().ToArray());
    }

    [Fact]
    public void Part_of_a_tensor_can_be_read()
    {
        using var scope = NewDisposeScope();
        Write(("x", arange(10, dtype: ScalarType.Float32)));
        using var file = SafetensorsFile.Open(_path);
        using var part = empty(2, 2, dtype: ScalarType.Float64);

        file.ReadInto("x", part, first: 3);

        Assert.Equal([3d, 4, 5, 6], part.data<double>().ToArray());
        Assert.Throws<ArgumentException>(() => file.ReadInto("x", part, first: 7));
    }

    private void Write(params (string Name, Tensor Value)[] tensors) =>
        SafetensorsWriter.Write(_path, tensors.Select(t => KeyValuePair.Create(t.Name, t.Value)));
}
