using System.Globalization;

namespace Diptych.Common.Weights.Pickles;

/// <summary>What a torch.save file holds, flattened: tensors by name with their places in the file, and the few plain values beside them.</summary>
internal sealed record PickledState(IReadOnlyList<StoredTensor> Tensors, IReadOnlyDictionary<string, string> Values)
{
    private const int DeepestTable = 16;
    private const int MostValues = 1_000_000;

    public static PickledState Of(string path, object? root, Func<PickledStorage, (long Offset, long Length)> place)
    {
        var tensors = new Dictionary<string, StoredTensor>(StringComparer.Ordinal);
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        var seen = 0;
        Walk(root is PickledTensor alone ? new Dictionary<object, object?> { ["tensor"] = alone } : root, "", 0);
        return new PickledState([.. tensors.Values], values);

        void Walk(object? node, string name, int depth)
        {
            // A few bytes of pickle can describe tables within tables without end.
            if (++seen > MostValues)
            {
                throw new DiptychException($"{path} is a pickle of more than {MostValues} values: no file of weights has as many; nothing was executed. Use the model's safetensors.");
            }

            switch (node)
            {
                case PickledTensor tensor:
                    tensors[name] = Stored(path, name, tensor, place);
                    break;
                case Dictionary<object, object?> table when depth < DeepestTable:
                    foreach (var (key, value) in table)
                    {
                        Walk(value, Join(name, $"{key}"), depth + 1);
                    }

                    break;
                case string or long or double or bool:
                    values[name] = Convert.ToString(node, CultureInfo.InvariantCulture) ?? "";
                    break;
                default:
                    // Lists of settings, names of classes: nothing that is looked for.
                    break;
            }
        }
    }

    // Training scripts wrap the weights in a table of this name.
    private static string Join(string name, string key) => name is "" or "state_dict" ? key : $"{name}.{key}";

    private static StoredTensor Stored(string path, string name, PickledTensor tensor, Func<PickledStorage, (long Offset, long Length)> place)
    {
        StoredDtype.TryGet(tensor.FileDtype, out var size, out var held);
        var (offset, length) = place(tensor.Storage);
        var stored = new StoredTensor(name, tensor.FileDtype, held, tensor.Shape, 0, tensor.IsContiguous ? null : tensor.Strides);
        try
        {
            var first = checked(tensor.First + tensor.Storage.ViewFirst);
            return checked(first * size + stored.Length) <= length
                ? stored with { Offset = offset + first * size }
                : throw Damaged();
        }
        catch (OverflowException)
        {
            throw Damaged();
        }

        DiptychException Damaged() => new($"{path} is cut short or damaged: tensor '{name}' reaches beyond its storage; download or write it again.");
    }
}
