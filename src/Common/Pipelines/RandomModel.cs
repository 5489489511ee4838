using System.Text.Json;
using Diptych.Common.Diffusion;
using Diptych.Common.SingleFile;
using Diptych.Common.Text;
using Diptych.Common.Unet;
using Diptych.Common.Vae;
using Diptych.Common.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace Diptych.Common.Pipelines;

/// <summary>
/// Models of full size whose weights mean nothing: for tests of loading, of memory and of speed without anything to download. They are
/// written one tensor at a time; no network is ever held.
/// </summary>
public static class RandomModel
{
    private const int BlockElements = 1 << 20;

    /// <summary>Writes a complete folder in diffusers' layout.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="family">Whose shape: Stable Diffusion 1.5, 2.1 (768 pixels, v) or XL base.</param>
    /// <param name="dtype">Type of the weights.</param>
    /// <param name="seed">Names the numbers.</param>
    /// <param name="progress">Told bytes written and bytes in all.</param>
    /// <param name="cancellation">Stops between two tensors.</param>
    /// <exception cref="DiptychException">The folder cannot be written.</exception>
    public static void Write(string folder, CheckpointFamily family, ScalarType dtype, long seed, Action<long, long>? progress = null, CancellationToken cancellation = default)
    {
        WriteNetworks(folder, StandardModel.Configs(family), dtype, seed, progress, cancellation);
        WriteRest(folder, family);
    }

    /// <summary>Writes the networks of any configuration.</summary>
    internal static void WriteNetworks(
        string folder, IEnumerable<(string Network, ConfigFile Config)> configs, ScalarType dtype, long seed, Action<long, long>? progress = null, CancellationToken cancellation = default)
    {
        var networks = configs.ToDictionary(c => c.Network, c => (c.Config, Tensors: Names(c.Network, c.Config)));
        var total = networks.Values.Sum(n => n.Tensors.Sum(t => Elements(t.Shape))) * dtype.ElementSize();
        var done = 0L;
        foreach (var (network, (config, tensors)) in networks)
        {
            AtomicFile.WriteText(Path.Combine(folder, network, "config.json"), config.Root.GetRawText() + "\n");
            var shapes = tensors.ToDictionary(t => t.Name, t => t.Shape, StringComparer.Ordinal);
            SafetensorsWriter.Write(Path.Combine(folder, network, NetworkWeights.Expected(network)), tensors.Select(t => (t.Name, dtype, t.Shape)), (name, stream) =>
            {
                cancellation.ThrowIfCancellationRequested();
                Fill(stream, $"{network}/{name}", shapes[name], dtype, seed);
                progress?.Invoke(done += Elements(shapes[name]) * dtype.ElementSize(), total);
            });
        }
    }

    private static void WriteRest(string folder, CheckpointFamily family)
    {
        var scheduler = StandardConfigs.Scheduler(family, family == CheckpointFamily.StableDiffusion2 ? PredictionType.VPrediction : PredictionType.Epsilon, zeroTerminalSnr: false);
        ClipVocabulary.WriteFolder(Path.Combine(folder, "tokenizer"), family == CheckpointFamily.StableDiffusion2 ? "!" : ClipVocabulary.End);
        if (family == CheckpointFamily.StableDiffusionXL)
        {
            ClipVocabulary.WriteFolder(Path.Combine(folder, "tokenizer_2"), "!");
        }

        var format = new JsonSerializerOptions { WriteIndented = true };
        AtomicFile.WriteText(Path.Combine(folder, "scheduler", "scheduler_config.json"), scheduler.ToJsonString(format) + "\n");
        AtomicFile.WriteText(Path.Combine(folder, "model_index.json"), StandardConfigs.Index(family, (string)scheduler["_class_name"]!).ToJsonString(format) + "\n");
    }

    private static List<(string Name, long[] Shape)> Names(string network, ConfigFile config)
    {
        using var built = UnallocatedNetwork.Build<nn.Module>(() => network switch
        {
            "unet" => new UNet2DConditionModel(UNetConfig.Read(config)),
            "vae" => new AutoencoderKL(AutoencoderConfig.Read(config)),
            "text_encoder" => new ClipTextModel(ClipTextConfig.Read(config)),
            _ => new ClipTextModelWithProjection(ClipTextConfig.Read(config)),
        });
        return [.. built.state_dict().Select(p => (p.Key, p.Value.shape))];
    }

    // As networks usually begin, so that numbers stay finite through all layers in half precision too: ones in norms, zeros in biases, small
    // embeddings, and weights whose deviation falls with the root of their inputs (He et al. 2015, as PyTorch draws them).
    private static void Fill(Stream stream, string name, long[] shape, ScalarType dtype, long seed)
    {
        var isTable = name.Contains("embeddings.", StringComparison.Ordinal);
        var constant = shape.Length > 1 ? (double?)null : name.EndsWith(".bias", StringComparison.Ordinal) ? 0 : 1;
        var bound = isTable ? 0.035 : 1 / Math.Sqrt(Math.Max(1, shape.Skip(1).Aggregate(1L, (product, d) => product * d)));
        using var noGradient = no_grad();
        using var generator = new Generator(unchecked((ulong)StableHash(seed, name)), CPU);
        for (long left = Elements(shape), now; left > 0; left -= now)
        {
            now = Math.Min(BlockElements, left);
            using var scope = NewDisposeScope();
            using var numbers = empty(now, dtype: ScalarType.Float32, device: CPU);
            var filled = constant is { } value ? numbers.fill_(value) : numbers.uniform_(-bound, bound, generator);
            SafetensorsWriter.Append(stream, filled.to_type(dtype));
        }
    }

    private static long Elements(long[] shape) => shape.Aggregate(1L, (product, d) => product * d);

    // FNV-1a: string hash codes differ from process to process.
    private static long StableHash(long seed, string name) => unchecked((long)name.Aggregate((ulong)seed ^ 14695981039346656037UL, (hash, c) => (hash ^ c) * 1099511628211UL));
}
