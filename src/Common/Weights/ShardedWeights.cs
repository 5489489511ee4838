using System.Text.Json;
using static TorchSharp.torch;

namespace Diptych.Common.Weights;

/// <summary>Weights split over several files, as an <c>*.index.json</c> beside them says.</summary>
public sealed class ShardedWeights : IWeightSource, IMappedWeights
{
    private readonly Dictionary<string, IWeightSource> _shards;
    private readonly Dictionary<string, IWeightSource> _owners = new(StringComparer.Ordinal);

    private ShardedWeights(string path, Dictionary<string, IWeightSource> shards)
    {
        Path = path;
        _shards = shards;
        Files = [.. shards.OrderBy(s => s.Key, StringComparer.Ordinal).Select(s => s.Value.Path)];
    }

    /// <inheritdoc/>
    public string Path { get; }

    /// <inheritdoc/>
    public IReadOnlyList<string> Files { get; }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, WeightEntry> Entries { get; private set; } = new Dictionary<string, WeightEntry>();

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, string> Metadata { get; } = new Dictionary<string, string>();

    /// <summary>Opens an index and every file it names.</summary>
    /// <exception cref="DiptychException">A file is missing or damaged, or lacks a tensor that the index says is in it.</exception>
    public static ShardedWeights Open(string indexPath)
    {
        var config = ConfigFile.Read(indexPath);
        if (!config.Root.TryGetProperty("weight_map", out var map) || map.ValueKind != JsonValueKind.Object)
        {
            throw new DiptychException($"{indexPath} has no \"weight_map\": restore the model's own file.");
        }

        var weights = new ShardedWeights(indexPath, OpenShards(indexPath, map));
        try
        {
            weights.ReadMap(map);
            return weights;
        }
        catch
        {
            weights.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void ReadInto(string name, Tensor target, long first = 0)
    {
        this.Entry(name);
        _owners[name].ReadInto(name, target, first);
    }

    /// <inheritdoc/>
    Tensor? IMappedWeights.Map(string name, ScalarType dtype, long[] shape, long first) => (_owners[name] as IMappedWeights)?.Map(name, dtype, shape, first);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var shard in _shards.Values)
        {
            shard.Dispose();
        }
    }

    private static Dictionary<string, IWeightSource> OpenShards(string indexPath, JsonElement map)
    {
        var shards = new Dictionary<string, IWeightSource>(StringComparer.Ordinal);
        try
        {
            foreach (var file in map.EnumerateObject().Select(p => p.Value.ToString()).Distinct(StringComparer.Ordinal))
            {
                // A name, not a path: an index must not reach outside its folder.
                if (file.Length == 0 || System.IO.Path.GetFileName(file) != file)
                {
                    throw new DiptychException($"{indexPath} names '{file}', which is no file beside it: restore the model's own file.");
                }

                shards[file] = WeightFile.Open(System.IO.Path.Combine(System.IO.Path.GetDirectoryName(indexPath)!, file));
            }

            return shards;
        }
        catch
        {
            foreach (var shard in shards.Values)
            {
                shard.Dispose();
            }

            throw;
        }
    }

    private void ReadMap(JsonElement map)
    {
        var entries = new Dictionary<string, WeightEntry>(StringComparer.Ordinal);
        foreach (var item in map.EnumerateObject())
        {
            var shard = _shards[item.Value.ToString()];
            entries[item.Name] = shard.Entries.TryGetValue(item.Name, out var entry)
                ? entry
                : throw new DiptychException($"{shard.Path} lacks '{item.Name}', which {System.IO.Path.GetFileName(Path)} says is in it: download both again.");
            _owners[item.Name] = shard;
        }

        Entries = entries;
    }
}
