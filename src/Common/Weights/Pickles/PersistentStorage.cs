namespace Diptych.Common.Weights.Pickles;

/// <summary>Understands the tuples by which torch.save names storages.</summary>
internal static class PersistentStorage
{
    /// <summary>("storage", class, key, device, elements[, (key of the view, first element, elements of the view)]) as a storage.</summary>
    /// <exception cref="DiptychException">It is something else.</exception>
    public static PickledStorage Read(string path, object? id) =>
        id is object?[] { Length: >= 5 } parts && parts[0] is "storage" && PickleGlobals.TryStorage(parts[1], out var dtype, out var untyped)
            ? new PickledStorage(dtype, $"{parts[2]}", parts is [_, _, _, _, _, object?[] and [_, long first, ..]] && first >= 0 ? first : 0, untyped)
            : throw new DiptychException($"{path} is a pickle whose storages are not torch.save's: use the model's safetensors.");
}
