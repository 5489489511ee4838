using Microsoft.Win32.SafeHandles;
using static TorchSharp.torch;

namespace Diptych.Common.Weights;

/// <summary>A file whose tensors lie in it uncompressed, each at a known place.</summary>
public abstract class TensorFile : IWeightSource, IMappedWeights
{
    private readonly TensorReader _reader;
    private readonly Dictionary<ScalarType, Tensor> _mapped = [];
    private readonly HashSet<long> _given = [];

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
        // Tensors made of it keep the mapping alive.
        foreach (var mapped in _mapped.Values)
        {
            mapped.Dispose();
        }

        _mapped.Clear();
        GC.SuppressFinalize(this);
    }

    /// <inheritdoc/>
    Tensor? IMappedWeights.Map(string name, ScalarType dtype, long[] shape, long first)
    {
        var stored = (StoredTensor)this.Entry(name);
        var size = StoredDtype.SizeOf(stored.FileDtype);
        // Windows would not let a mapped file be replaced.
        if (OperatingSystem.IsWindows() || stored.Strides is not null || stored.Dtype != dtype || StoredDtype.IsWidened(stored.FileDtype) || stored.Offset % size != 0 || stored.Elements == 0)
        {
            return null;
        }

        // The pages are one tensor's: whoever asks for them again gets a copy, or two networks would learn with the same numbers.
        if (!_given.Add(stored.Offset + first * size))
        {
            return null;
        }

        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        if (!_mapped.TryGetValue(dtype, out var whole))
        {
            whole = _mapped[dtype] = from_file(Path, shared: false, new FileInfo(Path).Length / size, dtype, CPU).DetachFromDisposeScope();
        }

        var elements = shape.Aggregate(1L, (product, d) => product * d);
        var part = whole.narrow(0, stored.Offset / size + first, elements).view(shape);
        // A tensor of its own on the same memory: views of one base would share a version counter, and changing one weight would look to
        // autograd like changing all.
        return empty(0, dtype: dtype, device: CPU).set_(part).MoveToOuterDisposeScope();
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
