using Microsoft.Win32.SafeHandles;
using static TorchSharp.torch;

namespace Diptych.Common.Weights;

/// <summary>A file whose tensors lie in it uncompressed, each at a known place.</summary>
public abstract class TensorFile : IWeightSource
{
    private readonly TensorReader _reader;

    private protected TensorFile(string path, SafeFileHandle file, IEnumerable<StoredTensor> tensors, IReadOnlyDictionary<string, string> metadata)
    {
        Path = path;
        Metadata = metadata;
        Entries = tensors.ToDictionary(t => t.Name, t => (WeightEntry)t, StringComparer.Ordinal);
        _reader = new TensorReader(path, file);
    }

    /// <inheritdoc/>
    public string Path { get; }

    /// <inheritdoc/>
    public IReadOnlyList<string> Files => [Path];

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, WeightEntry> Entries { get; }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <inheritdoc/>
    public void ReadInto(string name, Tensor target, long first = 0)
    {
        ArgumentNullException.ThrowIfNull(target);
        var stored = (StoredTensor)this.Entry(name);
        WeightSources.CheckRange(stored, target, first);
        if (target.device_type != TorchSharp.DeviceType.CPU)
        {
            using var staged = empty(target.shape, dtype: stored.Dtype, device: CPU);
            ReadInto(name, staged, first);
            target.copy_(staged);
        }
        else if (stored.Strides is null)
        {
            _reader.Read(stored.Offset + first * StoredDtype.SizeOf(stored.FileDtype), stored.FileDtype, target);
        }
        else
        {
            Gather(stored, target, first);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _reader.Dispose();
        GC.SuppressFinalize(this);
    }

    // Transposed or otherwise laid out with gaps: the stretch it spans is read, then walked.
    private void Gather(StoredTensor stored, Tensor target, long first)
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        var stretch = empty(stored.Extent, dtype: stored.Dtype, device: CPU);
        _reader.Read(stored.Offset, stored.FileDtype, stretch);
        var ordered = stretch.as_strided(stored.Shape, stored.Strides!).contiguous().view(-1);
        target.copy_(ordered.narrow(0, first, target.NumberOfElements).view(target.shape));
    }
}
