using System.Text.Json;
using Diptych.Common.Weights;

namespace Diptych.Common.Layers;

/// <summary>Refuses configurations of networks that are not built here, before their weights are read.</summary>
internal static class SupportedConfig
{
    /// <summary>Checks that a key is absent or holds one of the values (as JSON text) that the network implements.</summary>
    /// <exception cref="DiptychException">It holds another; the message names file, key and value.</exception>
    public static void Only(ConfigFile config, string key, params ReadOnlySpan<string> allowed)
    {
        if (!config.Root.TryGetProperty(key, out var value))
        {
            return;
        }

        foreach (var candidate in allowed)
        {
            using var parsed = JsonDocument.Parse(candidate);
            if (JsonElement.DeepEquals(parsed.RootElement, value))
            {
                return;
            }
        }

        throw Refusal(config, key, value.GetRawText(), string.Join(" or ", allowed));
    }

    /// <summary>The error that names file, key, value and what would be accepted.</summary>
    public static DiptychException Refusal(ConfigFile config, string key, string value, string wanted) =>
        new($"{config.Path}: \"{key}\": {value} is not supported (supported: {wanted}): choose a Stable Diffusion 1.x, 2.x or XL model.");

    /// <summary>A whole number for every block, given once or as a list.</summary>
    /// <exception cref="DiptychException">The list's length is not the number of blocks, or an element is not positive.</exception>
    public static IReadOnlyList<int> IntsPerBlock(ConfigFile config, string key, int fallback, int blocks)
    {
        var isList = config.Has(key) && config.Root.GetProperty(key).ValueKind == JsonValueKind.Array;
        var values = isList ? config.Ints(key) : [.. Enumerable.Repeat(config.Int(key, fallback), blocks)];
        return values.Count == blocks && values.All(v => v > 0)
            ? values
            : throw Refusal(config, key, config.Has(key) ? config.Root.GetProperty(key).GetRawText() : "null", $"one positive number, or one for each of the {blocks} blocks");
    }

    /// <summary>Checks that every width is positive and a multiple of the normalisation's groups.</summary>
    public static void DivisibleByGroups(ConfigFile config, IReadOnlyList<int> channels, int groups)
    {
        if (channels.Count == 0 || groups < 1 || channels.Any(c => c < 1 || c % groups != 0))
        {
            throw Refusal(config, "block_out_channels", $"[{string.Join(", ", channels)}]", $"positive multiples of norm_num_groups, {groups}");
        }
    }
}
