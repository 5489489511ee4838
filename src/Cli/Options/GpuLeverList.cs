using Diptych.Common.Cuda;

namespace Diptych.Cli.Options;

/// <summary>GPU levers as they are written on the command line: all, none, or some of them separated by commas.</summary>
internal static class GpuLeverList
{
    private static readonly Dictionary<string, GpuLevers> Names = new(StringComparer.OrdinalIgnoreCase)
    {
        ["all"] = GpuLevers.All, ["none"] = GpuLevers.None,
        ["graph"] = GpuLevers.Graph, ["kernels"] = GpuLevers.Kernels, ["channels-last"] = GpuLevers.ChannelsLast, ["search"] = GpuLevers.Search,
    };

    /// <summary>What a list says.</summary>
    /// <exception cref="UsageException">It names something else.</exception>
    public static GpuLevers Parse(string option, string list) => list.Split(',', StringSplitOptions.TrimEntries).Aggregate(GpuLevers.None, (sum, name) => Names.TryGetValue(name, out var lever)
        ? sum | lever
        : throw new UsageException($"{option} {list}: '{name}' is none of {string.Join(", ", Names.Keys)}."));
}
