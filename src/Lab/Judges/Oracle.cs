using Diptych.Common;
using Diptych.Common.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace Diptych.Lab.Judges;

/// <summary>
/// The judge that knows the laboratory's world: a small convolutional net trained to name every attribute of a picture. Its readings bound
/// what can be claimed: measure it first on pictures whose truth is known.
/// </summary>
public sealed class Oracle : IDisposable
{
    private const int BatchSize = 64;
    private readonly OracleNetwork _network;

    private Oracle(OracleConfig config, OracleNetwork network)
    {
        Config = config;
        _network = network;
    }

    /// <summary>Heads, values and picture size.</summary>
    public OracleConfig Config { get; }

    /// <summary>Loads the judge from a folder with <c>config.json</c> and <c>model.safetensors</c>; half-precision weights become fp32.</summary>
    /// <exception cref="DiptychException">A file is missing or does not fit.</exception>
    public static Oracle Load(string folder, Device? device = null)
    {
        var config = OracleConfig.Read(ConfigFile.Read(Path.Combine(folder, "config.json")));
        using var weights = SafetensorsFile.Open(Path.Combine(folder, "model.safetensors"));
        var network = new OracleNetwork(config);
        try
        {
            WeightLoader.Load(network, weights);
            network.eval();
            network.to(device ?? CPU);
            return new Oracle(config, network);
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
        var outputs = _network.HeadNames.ToDictionary(head => head, _ => new List<float[]>());
        for (var start = 0L; start < pictures.shape[0]; start += BatchSize)
        {
            using var scope = NewDisposeScope();
            var batch = pictures.narrow(0, start, Math.Min(BatchSize, pictures.shape[0] - start));
            var input = PictureSize.Resize(batch.to(ScalarType.Float32, _network.Device), Config.ImageSize);
            foreach (var (head, output) in _network.call(input))
            {
                var numbers = output.cpu().contiguous().data<float>().ToArray();
                outputs[head].AddRange(numbers.Chunk((int)output.shape[1]));
            }
        }

        return new OracleReading(Config, outputs.ToDictionary(head => head.Key, head => head.Value.ToArray()));
    }

    /// <inheritdoc/>
    public void Dispose() => _network.Dispose();
}
