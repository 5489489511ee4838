using static TorchSharp.torch;

namespace Diptych.Common.Weights;

/// <summary>
/// The one way weights enter a network. Every parameter and buffer must be found under its name and in its shape, and every tensor
/// of the file must have a place: nothing is broadcast, skipped or left at random without a word.
/// </summary>
public static class WeightLoader
{
    private const int NamesShown = 8;

    /// <summary>Copies every tensor of <paramref name="file"/> into <paramref name="module"/>, converting between floating-point types.</summary>
    /// <param name="module">The network; its <c>state_dict</c> names what is needed.</param>
    /// <param name="file">The weights.</param>
    /// <param name="rename">Maps a name in the file to one in the network; <see langword="null"/> leaves a tensor out on purpose.</param>
    /// <exception cref="DiptychException">Tensors are missing, extra or misshapen; the message names the file and each of them.</exception>
    public static void Load(nn.Module module, SafetensorsFile file, Func<string, string?>? rename = null)
    {
        ArgumentNullException.ThrowIfNull(module);
        ArgumentNullException.ThrowIfNull(file);
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        var wanted = module.state_dict();
        var sources = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var name in file.Entries.Keys)
        {
            var target = rename is null ? name : rename(name);
            if (target is not null && !sources.TryAdd(target, name))
            {
                throw new DiptychException($"{file.Path}: '{name}' and '{sources[target]}' both name {target}; keep one layout in the file.");
            }
        }

        Check(file, wanted, sources);
        foreach (var (name, target) in wanted)
        {
            using var loaded = file.Read(sources[name]);
            // Checkpoints of the 2022 layout store projections of the VAE's attention as 1x1 convolutions: same numbers, two more axes.
            target.copy_(loaded.reshape(target.shape));
        }
    }

    private static void Check(SafetensorsFile file, Dictionary<string, Tensor> wanted, Dictionary<string, string> sources)
    {
        var missing = wanted.Keys.Where(n => !sources.ContainsKey(n)).ToList();
        var extra = sources.Where(p => !wanted.ContainsKey(p.Key)).Select(p => p.Value).ToList();
        var misshapen = wanted.Where(p => sources.TryGetValue(p.Key, out var source) && !SameShape(p.Value.shape, file.Entries[source].Shape))
            .Select(p => $"{p.Key} [{string.Join(',', file.Entries[sources[p.Key]].Shape)}] for [{string.Join(',', p.Value.shape)}]").ToList();
        if (missing.Count + extra.Count + misshapen.Count == 0)
        {
            return;
        }

        var parts = new[] { List("missing", missing), List("not wanted", extra), List("wrong shape", misshapen) }.Where(p => p.Length > 0);
        throw new DiptychException($"{file.Path} does not fit the network its config.json describes: {string.Join("; ", parts)}. Use the weights and config.json of one model.");
    }

    private static string List(string what, List<string> names)
    {
        names.Sort(StringComparer.Ordinal);
        return names.Count == 0 ? "" : $"{names.Count} {what}: {string.Join(", ", names.Take(NamesShown))}{(names.Count > NamesShown ? $" and {names.Count - NamesShown} more" : "")}";
    }

    private static bool SameShape(long[] wanted, long[] given) =>
        wanted.AsSpan().SequenceEqual(given)
        || (wanted.Length == 2 && given.Length == 4 && given[2] == 1 && given[3] == 1 && wanted.AsSpan().SequenceEqual(given.AsSpan(0, 2)));
}
