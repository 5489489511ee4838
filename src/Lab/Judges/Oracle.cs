using Diptych.Common;
using Diptych.Common.Layers;
using Diptych.Common.Products;
using Diptych.Common.Weights;
using static TorchSharp.torch;

namespace Diptych.Lab.Judges;

/// <summary>
/// The judge that knows the laboratory's world: a small convolutional net trained to name every attribute of a picture. Its readings bound
/// what can be claimed: measure it first on pictures whose truth is known.
/// </summary>
public sealed class Oracle : IDisposable
{
    private const int BatchSize = 64;
    private readonly nn.Module<Tensor, Dictionary<string, Tensor>> _network;
    private readonly KeptKernels _kept;
    private readonly Device _device;

    private Oracle(OracleConfig config, nn.Module<Tensor, Dictionary<string, Tensor>> network, Device device)
    {
        Config = config;
        _network = network;
        _kept = KeptKernels.Of(network);
        _device = device;
    }

    /// <summary>Heads, values and picture size.</summary>
    public OracleConfig Config { get; }

    /// <summary>Loads the judge from a folder with <c>config.json</c> and <c>model.safetensors</c>; half-precision weights become fp32.</summary>
    /// <exception cref="DiptychException">A file is missing or does not fit.</exception>
    public static Oracle Load(string folder, Device? device = null)
    {
        var config = OracleConfig.Read(ConfigFile.Read(Path.Combine(folder, "config.json")));
        using var weights = SafetensorsFile.Open(Path.Combine(folder, "model.safetensors"));
        nn.Module<Tensor, Dictionary<string, Tensor>> network = config.Segments ? new SegmentingOracleNetwork(config) : new OracleNetwork(config);
        try
        {
            WeightLoader.Load(network, weights);
            network.eval();
            network.MoveTo(device ?? CPU);
            return new Oracle(config, network, device ?? CPU);
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    /// <summary>Reads pictures <c>[n, 3, h, w]</c> in [-1, 1] of any size and device; see <see cref="PictureSize"/> for how they are resized.</summary>
    public OracleReading Read(Tensor pictures)
    {
        ArgumentNullException.ThrowIfNull(pictures);
        using var noGradient = no_grad();
        var outputs = new Dictionary<string, List<float[]>>();
        for (var start = 0L; start < pictures.shape[0]; start += BatchSize)
        {
            using var scope = NewDisposeScope();
            var batch = pictures.narrow(0, start, Math.Min(BatchSize, pictures.shape[0] - start));
            var input = PictureSize.Resize(batch.to(ScalarType.Float32, _device), Config.ImageSize);
            foreach (var (head, output) in _network.call(input).Where(head => head.Key != SegmentingOracleNetwork.Regions))
            {
                var numbers = output.cpu().contiguous().data<float>().ToArray();
                if (!outputs.TryGetValue(head, out var rows))
                {
                    outputs[head] = rows = [];
                }

                rows.AddRange(numbers.Chunk((int)output.shape[1]));
            }
        }

        return new OracleReading(Config, outputs.ToDictionary(head => head.Key, head => head.Value.ToArray()));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _kept.Dispose();
        _network.Dispose();
    }
}
