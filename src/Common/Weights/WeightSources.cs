using static TorchSharp.torch;

namespace Diptych.Common.Weights;

/// <summary>What can be asked of every source of weights.</summary>
public static class WeightSources
{
    /// <summary>Reads one tensor into CPU memory of its own; its type is <see cref="WeightEntry.Dtype"/>.</summary>
    /// <exception cref="DiptychException">There is no tensor of that name.</exception>
    public static Tensor Read(this IWeightSource source, string name)
    {
        var entry = source.Entry(name);
        var tensor = empty(entry.Shape, dtype: entry.Dtype, device: CPU);
        source.ReadInto(name, tensor);
        return tensor;
    }

    /// <summary>The description of one tensor.</summary>
    /// <exception cref="DiptychException">There is no tensor of that name.</exception>
    public static WeightEntry Entry(this IWeightSource source, string name)
    {
        ArgumentNullException.ThrowIfNull(source);
        return source.Entries.TryGetValue(name, out var entry)
            ? entry
            : throw new DiptychException($"{source.Path} holds no tensor named '{name}'; it holds {source.Entries.Count}, such as {string.Join(", ", source.Entries.Keys.Take(3))}.");
    }

    /// <summary>Checks that a tensor has the elements asked for and that they can be put into the target as they come.</summary>
    internal static void CheckRange(WeightEntry entry, Tensor target, long first)
    {
        if (first < 0 || first + target.NumberOfElements > entry.Elements)
        {
            throw new ArgumentException($"Elements {first} to {first + target.NumberOfElements} of '{entry.Name}' were asked for, which has {entry.Elements}.", nameof(first));
        }

        if (!target.is_contiguous())
        {
            throw new ArgumentException($"'{entry.Name}' can be read into contiguous memory only.", nameof(target));
        }
    }
}
