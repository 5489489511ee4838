using Diptych.Common;
using Diptych.Common.Weights;
using static TorchSharp.torch;

namespace Diptych.Lab.Pretraining;

/// <summary>Networks as they are released: weights in fp16 beside their configuration.</summary>
internal static class ReleaseFiles
{
    /// <summary>Gives a network the weights of a file, all of them.</summary>
    /// <exception cref="DiptychException">The file is missing, damaged, or another network's.</exception>
    public static void Read(string path, nn.Module network)
    {
        using var weights = SafetensorsFile.Open(path);
        WeightLoader.Load(network, weights);
    }

    /// <summary>Writes a network's tensors and its configuration into a folder.</summary>
    /// <param name="folder">Where to; created if need be.</param>
    /// <param name="network">The network.</param>
    /// <param name="config">Text of <c>config.json</c>.</param>
    /// <param name="file">Name of the weights' file.</param>
    /// <param name="rename">New name of a tensor; null leaves it out.</param>
    public static void Write(string folder, nn.Module network, string config, string file, Func<string, string?>? rename = null)
    {
        using var scope = NewDisposeScope();
        Directory.CreateDirectory(folder);
        AtomicFile.WriteText(Path.Combine(folder, "config.json"), config);
        SafetensorsWriter.Write(
            Path.Combine(folder, file),
            network.state_dict().Select(p => (Name: rename is null ? p.Key : rename(p.Key), p.Value)).Where(p => p.Name is not null)
                .Select(p => KeyValuePair.Create(p.Name!, p.Value.is_floating_point() ? p.Value.detach().cpu().to_type(ScalarType.Float16) : p.Value.detach().cpu())));
    }
}
