using Diptych.Common.Runtime;
using static TorchSharp.torch;

namespace Diptych.Common.Weights;

/// <summary>
/// The one way weights enter a network. Every parameter and buffer must be found under its name and in its shape, and every tensor
/// of the source must have a place: nothing is broadcast, skipped or left at random without a word.
/// </summary>
public static class WeightLoader
{
    private const int NamesShown = 8;

    // Copying out of the system's cache keeps one core busy; more than a few only wait for memory.
    private static readonly int Readers = Math.Clamp(Environment.ProcessorCount, 1, 4);

    /// <summary>Copies every tensor of <paramref name="source"/> into <paramref name="module"/>, converting between floating-point types.</summary>
    /// <param name="module">The network; its <c>state_dict</c> names what is needed. Parameters without memory are given some: the file's own pages where type and place allow, so that nothing is copied.</param>
    /// <param name="source">The weights.</param>
    /// <param name="rename">Maps a name in the source to one in the network; <see langword="null"/> leaves a tensor out on purpose.</param>
    /// <param name="placement">Where parameters without memory go; default fp32 on the CPU. Those with memory stay where they are.</param>
    /// <exception cref="DiptychException">Tensors are missing, extra or misshapen; the message names the source and each of them.</exception>
    public static void Load(nn.Module module, IWeightSource source, Func<string, string?>? rename = null, WeightPlacement? placement = null)
    {
        ArgumentNullException.ThrowIfNull(module);
        ArgumentNullException.ThrowIfNull(source);
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        var wanted = module.state_dict();
        var sources = Match(source, rename);
        Check(source, wanted, sources);
        // The largest first, so that no thread is left with one when the others are done.
        var order = wanted.OrderByDescending(p => p.Value.NumberOfElements)
            .Select(p => (Name: sources[p.Key], Target: p.Value, IsMapped: Place(source, sources[p.Key], p.Value, placement ?? WeightPlacement.Default))).ToList();
        BriefThreads.ForEach(order, Readers, item => Fill(source, item.Name, item.Target, item.IsMapped));
    }

    // Gives a parameter memory where it has none; the file's own where that serves.
    private static bool Place(IWeightSource source, string name, Tensor target, WeightPlacement placement)
    {
        if (!UnallocatedNetwork.IsUnallocated(target))
        {
            return false;
        }

        var mapped = placement.Device.type == TorchSharp.DeviceType.CPU ? (source as IMappedWeights)?.Map(name, UnallocatedNetwork.TypeOf(target, placement), target.shape) : null;
        if (mapped is null)
        {
            UnallocatedNetwork.Allocate(target, placement);
            return false;
        }

        using (mapped)
        {
            UnallocatedNetwork.Give(target, mapped);
        }

        return true;
    }

    private static void Fill(IWeightSource source, string name, Tensor target, bool isMapped)
    {
        if (isMapped)
        {
            if (!MemoryAdvice.Populate(TensorData.Address(target), target.NumberOfElements * target.ElementSize))
            {
                throw new DiptychException($"{source.Path} could not be read at '{name}': check the disk, or download the model again.");
            }

            return;
        }

        // Gradient mode belongs to the thread.
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        source.ReadInto(name, target.detach());
    }

    private static Dictionary<string, string> Match(IWeightSource source, Func<string, string?>? rename)
    {
        var sources = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var name in source.Entries.Keys)
        {
            var target = rename is null ? name : rename(name);
            if (target is not null && !sources.TryAdd(target, name))
            {
                throw new DiptychException($"{source.Path}: '{name}' and '{sources[target]}' both name {target}; keep one layout in the file.");
            }
        }

        return sources;
    }

    private static void Check(IWeightSource source, Dictionary<string, Tensor> wanted, Dictionary<string, string> sources)
    {
        var missing = wanted.Keys.Where(n => !sources.ContainsKey(n)).ToList();
        var extra = sources.Where(p => !wanted.ContainsKey(p.Key)).Select(p => p.Value).ToList();
        var misshapen = wanted.Where(p => sources.TryGetValue(p.Key, out var name) && !SameShape(p.Value.shape, source.Entries[name].Shape))
            .Select(p => $"{p.Key} {source.Entries[sources[p.Key]].ShapeText} for [{string.Join(',', p.Value.shape)}]").ToList();
        if (missing.Count + extra.Count + misshapen.Count == 0)
        {
            return;
        }

        var parts = new[] { List("missing", missing), List("not wanted", extra), List("wrong shape", misshapen) }.Where(p => p.Length > 0);
        throw new DiptychException($"{source.Path} does not fit the network its config.json describes: {string.Join("; ", parts)}. Use the weights and config.json of one model.");
    }

    private static string List(string what, List<string> names)
    {
        names.Sort(StringComparer.Ordinal);
        return names.Count == 0 ? "" : $"{names.Count} {what}: {string.Join(", ", names.Take(NamesShown))}{(names.Count > NamesShown ? $" and {names.Count - NamesShown} more" : "")}";
    }

    // Checkpoints of the 2022 layout store projections of the VAE's attention as 1x1 convolutions: same numbers, two more axes.
    private static bool SameShape(long[] wanted, long[] given) =>
        wanted.AsSpan().SequenceEqual(given)
        || (wanted.Length == 2 && given.Length == 4 && given[2] == 1 && given[3] == 1 && wanted.AsSpan().SequenceEqual(given.AsSpan(0, 2)));
}
