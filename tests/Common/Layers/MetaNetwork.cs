using System.Text.Json;
using static TorchSharp.torch;

namespace Diptych.Tests.Common.Layers;

/// <summary>Full-size networks without memory, to compare names and shapes with the reference's.</summary>
internal static class MetaNetwork
{
    public static void MatchesKeys(string path, Func<string, nn.Module> build)
    {
        using var golden = JsonDocument.Parse(File.ReadAllText(path));
        var expected = golden.RootElement.GetProperty("tensors").EnumerateObject()
            .Select(t => $"{t.Name} {string.Join(',', t.Value.EnumerateArray().Select(n => n.GetInt64()))}");
        var device = get_default_device();
        set_default_device(META);
        try
        {
            using var network = build(golden.RootElement.GetProperty("config").GetRawText());
            Assert.Equal(expected.Order(StringComparer.Ordinal),
                network.state_dict().Select(p => $"{p.Key} {string.Join(',', p.Value.shape)}").Order(StringComparer.Ordinal));
        }
        finally
        {
            set_default_device(device);
        }
    }
}
