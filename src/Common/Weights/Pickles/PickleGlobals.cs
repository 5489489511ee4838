namespace Diptych.Common.Weights.Pickles;

/// <summary>
/// The classes and functions a file of weights may name, and what each stands for here. None is executed: a pickle that names anything else
/// is refused, whatever it would do with it.
/// </summary>
internal sealed class PickleGlobals(string path)
{
    private static readonly Dictionary<string, string> Storages = new(StringComparer.Ordinal)
    {
        ["FloatStorage"] = "F32", ["HalfStorage"] = "F16", ["BFloat16Storage"] = "BF16", ["DoubleStorage"] = "F64", ["LongStorage"] = "I64", ["IntStorage"] = "I32",
        ["ShortStorage"] = "I16", ["CharStorage"] = "I8", ["ByteStorage"] = "U8", ["BoolStorage"] = "BOOL", ["ComplexFloatStorage"] = "C64", ["UntypedStorage"] = "U8",
    };

    private static readonly Dictionary<string, string> Dtypes = new(StringComparer.Ordinal)
    {
        ["float32"] = "F32", ["float"] = "F32", ["float16"] = "F16", ["half"] = "F16", ["bfloat16"] = "BF16", ["float64"] = "F64", ["double"] = "F64",
        ["int64"] = "I64", ["long"] = "I64", ["int32"] = "I32", ["int"] = "I32", ["int16"] = "I16", ["short"] = "I16", ["int8"] = "I8", ["uint8"] = "U8", ["bool"] = "BOOL",
        ["uint16"] = "U16", ["uint32"] = "U32", ["uint64"] = "U64", ["float8_e4m3fn"] = "F8_E4M3", ["float8_e5m2"] = "F8_E5M2", ["complex64"] = "C64",
    };

    // Names that carry no numbers: they may stand in a file, as a key or as settings beside the weights, and stay names.
    private static readonly HashSet<string> Inert = new(StringComparer.Ordinal)
    {
        "torch.device", "torch.serialization._get_layout", "pytorch_lightning.callbacks.model_checkpoint.ModelCheckpoint", "lightning.pytorch.callbacks.model_checkpoint.ModelCheckpoint",
    };

    /// <summary>Looks a name up.</summary>
    /// <exception cref="DiptychException">It is not on the list.</exception>
    public PickleGlobal Find(string module, string name)
    {
        var global = new PickleGlobal(module, name);
        var known = global.ToString() is "collections.OrderedDict" or "torch._utils._rebuild_tensor_v2" or "torch._utils._rebuild_tensor_v3" or "torch._utils._rebuild_parameter"
                or "torch.Size" or "_codecs.encode" or "numpy.core.multiarray.scalar" or "numpy._core.multiarray.scalar" or "numpy.dtype"
                or "__builtin__.set" or "builtins.set" or "torch.nn.modules.container.ParameterDict"
            || (module == "torch" && (Storages.ContainsKey(name) || Dtypes.ContainsKey(name)))
            || (module == "torch.storage" && name is "UntypedStorage")
            || Inert.Contains(global.ToString());
        return known
            ? global
            : throw new DiptychException($"{path} is a pickle that asks for {global}, which no file of weights needs; it was not read any further and nothing was executed. Use the model's safetensors.");
    }

    /// <summary>The element type of a storage class.</summary>
    public static bool TryStorage(object? value, out string fileDtype, out bool untyped)
    {
        var global = value as PickleGlobal;
        untyped = global is { Name: "UntypedStorage" };
        fileDtype = global is { Module: "torch" or "torch.storage" } && Storages.TryGetValue(global.Name, out var found) ? found : "";
        return fileDtype.Length > 0;
    }

    /// <summary>What calling a name would give.</summary>
    /// <exception cref="DiptychException">It is a name that is not called in files of weights, or its arguments are not what they should be.</exception>
    public object? Call(object? callable, object?[] arguments) => (callable?.ToString(), arguments) switch
    {
        ("collections.OrderedDict" or "torch.nn.modules.container.ParameterDict", []) => new Dictionary<object, object?>(),
        ("collections.OrderedDict", [List<object?> pairs]) => FromPairs(pairs),
        ("torch._utils._rebuild_tensor_v2", [PickledStorage s, long first, object?[] shape, object?[] strides, ..]) when !s.Untyped => Tensor(s, s.FileDtype, first, shape, strides),
        ("torch._utils._rebuild_tensor_v3", [PickledStorage s, long first, object?[] shape, object?[] strides, _, _, PickleGlobal dtype, ..]) when Dtypes.TryGetValue(dtype.Name, out var type)
            => Tensor(s, type, first, shape, strides),
        ("torch._utils._rebuild_parameter", [PickledTensor tensor, ..]) => tensor,
        ("torch.Size", [object?[] shape]) => shape,
        ("torch.Size", [List<object?> shape]) => shape.ToArray(),
        ("torch.device", _) => null,
        ("__builtin__.set" or "builtins.set", [List<object?> members]) => members,
        ("__builtin__.set" or "builtins.set", []) => new List<object?>(),
        ("_codecs.encode", [string text, "latin1"]) => text.Select(c => (byte)c).ToArray(),
        ("numpy.dtype", [string name, ..]) => new PickledNumpyType(name),
        ("numpy.core.multiarray.scalar" or "numpy._core.multiarray.scalar", [PickledNumpyType type, byte[] bytes]) => type.Scalar(bytes),
        ("numpy.core.multiarray.scalar" or "numpy._core.multiarray.scalar", [PickledNumpyType type, string bytes]) => type.Scalar([.. bytes.Select(c => (byte)c)]),
        var (name, _) => throw new DiptychException($"{path} is a pickle that calls {name ?? "something unnamed"} in a way no file of weights does; nothing was executed. Use the model's safetensors."),
    };

    private PickledTensor Tensor(PickledStorage storage, string fileDtype, long first, object?[] shape, object?[] strides)
    {
        if (shape.Length != strides.Length || shape.Any(d => d is not long) || strides.Any(d => d is not long) || first < 0
            || shape.Any(d => (long)d! < 0) || strides.Any(d => (long)d! < 0))
        {
            throw new DiptychException($"{path}: a tensor's shape or strides in its pickle are damaged; download or write it again.");
        }

        return new PickledTensor(storage, fileDtype, first, [.. shape.Select(d => (long)d!)], [.. strides.Select(d => (long)d!)]);
    }

    private Dictionary<object, object?> FromPairs(List<object?> pairs)
    {
        var made = new Dictionary<object, object?>();
        foreach (var pair in pairs)
        {
            if (pair is not (object?[] { Length: 2 } or List<object?> { Count: 2 }))
            {
                throw new DiptychException($"{path}: a dictionary in its pickle is damaged; download or write it again.");
            }

            var two = pair as IList<object?> ?? [];
            made[two[0] ?? ""] = two[1];
        }

        return made;
    }
}
