using System.Buffers.Binary;
using System.Text;

namespace Diptych.Tests.Common.Weights.Pickles;

/// <summary>Writes pickles of protocol 2 as torch.save does, for tests: only what tests need.</summary>
internal sealed class PickleBytes
{
    private readonly List<byte> _bytes = [];

    public PickleBytes() => Raw(0x80, 2);

    public static byte[] Of(Action<PickleBytes> write)
    {
        var pickle = new PickleBytes();
        write(pickle);
        pickle.Raw('.');
        return pickle._bytes.ToArray();
    }

    public PickleBytes Raw(params int[] bytes)
    {
        foreach (var b in bytes)
        {
            _bytes.Add((byte)b);
        }

        return this;
    }

    public PickleBytes Text(string text)
    {
        var utf8 = Encoding.UTF8.GetBytes(text);
        Raw('X');
        Number(utf8.Length);
        _bytes.AddRange(utf8);
        return this;
    }

    public PickleBytes Whole(int value)
    {
        Raw('J');
        Number(value);
        return this;
    }

    public PickleBytes Global(string module, string name)
    {
        _bytes.AddRange(Encoding.ASCII.GetBytes($"c{module}\n{name}\n"));
        return this;
    }

    public PickleBytes Tuple(params long[] values)
    {
        Raw('(');
        foreach (var value in values)
        {
            Whole((int)value);
        }

        return Raw('t');
    }

    /// <summary>A dictionary whose values are written by actions.</summary>
    public PickleBytes Table(params (string Key, Action<PickleBytes> Value)[] items)
    {
        Raw('}', '(');
        foreach (var (key, value) in items)
        {
            Text(key);
            value(this);
        }

        return Raw('u');
    }

    /// <summary>A tensor that is a view of a storage.</summary>
    public PickleBytes Tensor(string storageClass, string key, int elements, long first, long[] shape, long[] strides, (string Key, int First, int Elements)? view = null)
    {
        Global("torch._utils", "_rebuild_tensor_v2").Raw('(', '(').Text("storage").Global("torch", storageClass).Text(key).Text("cpu").Whole(elements);
        if (view is { } part)
        {
            Raw('(').Text(part.Key).Whole(part.First).Whole(part.Elements).Raw('t');
        }

        return Raw('t', 'Q').Whole((int)first).Tuple(shape).Tuple(strides).Raw(0x89).Global("collections", "OrderedDict").Raw(')', 'R', 't', 'R');
    }

    /// <summary>A tensor of a type that has no storage class of its own.</summary>
    public PickleBytes TensorOfDtype(string dtype, string key, int bytes, long[] shape, long[] strides) =>
        Global("torch._utils", "_rebuild_tensor_v3").Raw('(', '(').Text("storage").Global("torch.storage", "UntypedStorage").Text(key).Text("cpu").Whole(bytes).Raw('t', 'Q')
            .Whole(0).Tuple(shape).Tuple(strides).Raw(0x89).Global("collections", "OrderedDict").Raw(')', 'R').Global("torch", dtype).Raw('}', 't', 'R');

    private void Number(int value)
    {
        Span<byte> four = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(four, value);
        _bytes.AddRange(four);
    }
}
