using System.Text.Json;
using Diptych.Common.Weights;

namespace Diptych.Common.SingleFile;

/// <summary>The configurations of the published base models: Stable Diffusion 1.5, 2.1 (768 pixels) and XL 1.0.</summary>
public static class StandardModel
{
    /// <summary>Each network with its <c>config.json</c>.</summary>
    public static IReadOnlyList<(string Network, ConfigFile Config)> Configs(CheckpointFamily family)
    {
        var name = family switch { CheckpointFamily.StableDiffusion1 => "sd15", CheckpointFamily.StableDiffusion2 => "sd21", _ => "sdxl" };
        using var resource = typeof(StandardModel).Assembly.GetManifestResourceStream($"{name}.json")!;
        using var json = JsonDocument.Parse(resource);
        return [.. json.RootElement.EnumerateObject().Select(n => (n.Name, ConfigFile.Parse($"{name} ({n.Name})", n.Value.GetRawText())))];
    }
}
