using Diptych.Common.Layers;
using Diptych.Common.Weights;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace Diptych.Common.Text;

/// <summary>
/// The second text encoder of Stable Diffusion XL (OpenCLIP's, Podell et al. 2023, section 2.1): the tower, and the pooled row's projection
/// into the space shared with pictures. Transformers' <c>CLIPTextModelWithProjection</c>.
/// </summary>
public sealed class ClipTextModelWithProjection : ClipTextEncoder
{
    [ComponentName(Name = "text_projection")] private readonly LinearLayer _projection;

    /// <summary>Builds the network with random weights.</summary>
    public ClipTextModelWithProjection(ClipTextConfig config)
        : base(nameof(ClipTextModelWithProjection), config)
    {
        _projection = new LinearLayer(config.HiddenSize, config.ProjectionDim, hasBias: false);
        RegisterComponents();
    }

    /// <summary>Reads <c>config.json</c> and the weights from a <c>text_encoder_2</c> folder.</summary>
    /// <exception cref="DiptychException">A file is missing or does not fit the other.</exception>
    public static ClipTextModelWithProjection Load(string folder) => Load(NetworkSource.Folder(folder));

    /// <summary>Loads a text encoder with its projection.</summary>
    /// <exception cref="DiptychException">A file is missing or does not fit the other.</exception>
    public static ClipTextModelWithProjection Load(NetworkSource source, WeightPlacement? placement = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        var config = ClipTextConfig.Read(source.Config);
        var model = source.Load(() => new ClipTextModelWithProjection(config), ClipWeights.TextWithProjection, placement);
        model.eval();
        return model;
    }

    private protected override Tensor Project(Tensor pooled) => _projection.call(pooled);
}
