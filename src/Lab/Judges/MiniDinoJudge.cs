using Diptych.Common;
using Diptych.Common.Layers;
using Diptych.Common.Products;
using Diptych.Common.Weights;
using static TorchSharp.torch;

namespace Diptych.Lab.Judges;

/// <summary>
/// The judge that recognises an individual: its features lie close together for the same subject in another pose, scene and light, and apart for
/// a look-alike (the task DINO's features are used for on photos, Ruiz et al. 2023, section 4.1; here trained for it).
/// </summary>
public sealed class MiniDinoJudge : IDisposable
{
    private const int BatchSize = 64;
    private readonly MiniDinoNetwork _network;
    private readonly KeptKernels _kept;
    private readonly int _imageSize;
    private readonly Device _device;

    private MiniDinoJudge(MiniDinoNetwork network, int imageSize, Device device) => (_network, _kept, _imageSize, _device) = (network, KeptKernels.Of(network), imageSize, device);

    /// <summary>Loads the judge from a folder with <c>config.json</c> and <c>model.safetensors</c>; half-precision weights become fp32.</summary>
    /// <exception cref="DiptychException">A file is missing or does not fit.</exception>
    public static MiniDinoJudge Load(string folder, Device? device = null)
    {
        var config = ConfigFile.Read(Path.Combine(folder, "config.json"));
        var network = new MiniDinoNetwork(config.Ints("channels"), config.Int("features"));
        using var weights = SafetensorsFile.Open(Path.Combine(folder, "model.safetensors"));
        WeightLoader.Load(network, weights);
        network.eval();
        network.MoveTo(device ?? CPU);
        return new MiniDinoJudge(network, config.Int("image_size"), device ?? CPU);
    }

    /// <summary>Features of unit length, [n, d] fp32 on the CPU, of pictures [n, 3, h, w] in [-1, 1].</summary>
    public Tensor Features(Tensor pictures)
    {
        ArgumentNullException.ThrowIfNull(pictures);
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        var parts = new List<Tensor>();
        for (var start = 0L; start < pictures.shape[0]; start += BatchSize)
        {
            using var batchScope = NewDisposeScope();
            var batch = pictures.narrow(0, start, Math.Min(BatchSize, pictures.shape[0] - start)).to(ScalarType.Float32, _device);
            parts.Add(_network.call(PictureSize.Resize(batch, _imageSize)).cpu().MoveToOuterDisposeScope());
        }

        return cat(parts).MoveToOuterDisposeScope();
    }

    /// <summary>For each generated picture its mean cosine with every reference.</summary>
    public IReadOnlyList<double> Similarity(Tensor generated, Tensor references)
    {
        using var scope = NewDisposeScope();
        return Features(generated).matmul(Features(references).t()).mean([1]).to_type(ScalarType.Float64).data<double>().ToArray();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _kept.Dispose();
        _network.Dispose();
    }
}
