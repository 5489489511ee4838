using Diptych.Common;
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

    private void Write(params (string Name, Tensor Value)[] tensors) =>
        SafetensorsWriter.Write(_path, tensors.Select(t => KeyValuePair.Create(t.Name, t.Value)));
}
