using Diptych.Common.Layers;
using Diptych.Common.Text;
using Diptych.Common.Weights;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace Diptych.Common.Clip;

/// <summary>
/// A whole CLIP model (Radford et al. 2021): pictures and texts into one space, where the cosine says how well they agree.
/// Features come as the projections give them; normalise them before comparing.
/// </summary>
public sealed class ClipModel : nn.Module
{
    [ComponentName(Name = "text_model")] private readonly ClipTextTransformer _text;
    [ComponentName(Name = "vision_model")] private readonly ClipVisionTransformer _vision;
    [ComponentName(Name = "text_projection")] private readonly LinearLayer _textProjection;
    [ComponentName(Name = "visual_projection")] private readonly LinearLayer _visualProjection;
    [ComponentName(Name = "logit_scale")] private readonly Parameter _logitScale;

    /// <summary>Builds the network with random weights.</summary>
    /// <param name="text">The text tower.</param>
    /// <param name="vision">The picture tower.</param>
    /// <param name="projectionDim">Width of the common space, P.</param>
    public ClipModel(ClipTextConfig text, ClipVisionConfig vision, int projectionDim)
        : base(nameof(ClipModel))
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(vision);
        (Text, Vision, ProjectionDim) = (text, vision, projectionDim);
        _text = new ClipTextTransformer(text);
        _vision = new ClipVisionTransformer(vision);
        _textProjection = new LinearLayer(text.HiddenSize, projectionDim, hasBias: false);
        _visualProjection = new LinearLayer(vision.HiddenSize, projectionDim, hasBias: false);
        // The logarithm of 1/0.07, as training starts (section 2.5).
        _logitScale = nn.Parameter(tensor(2.6592f));
        RegisterComponents();
    }

    /// <summary>Sizes of the text tower.</summary>
    public ClipTextConfig Text { get; }

    /// <summary>Sizes of the picture tower.</summary>
    public ClipVisionConfig Vision { get; }

    /// <summary>Width of the common space, P.</summary>
    public int ProjectionDim { get; }

    /// <summary>Logarithm of the factor of all cosines, a scalar that learns (section 2.3).</summary>
    public Parameter LogitScale => _logitScale;

    /// <summary>Reads a folder in transformers' layout: <c>config.json</c> and weights.</summary>
    /// <exception cref="DiptychException">A file is missing, is no whole CLIP model, or does not fit the other.</exception>
    public static ClipModel Load(string folder)
    {
        var source = NetworkSource.Folder(folder);
        var vision = ClipVisionConfig.Read(source.Config);
        var text = ClipTextConfig.Read(source.Config);
        var projection = ClipTransformerConfig.Positive(source.Config, "projection_dim", 512);
        var model = source.Load(() => new ClipModel(text, vision, projection), ClipWeights.Whole);
        model.eval();
        return model;
    }

    /// <summary>Texts in the common space: ids [n,L] of int64 to [n,P], not normalised.</summary>
    /// <exception cref="ArgumentException">The texts are longer than the model's positions.</exception>
    public Tensor TextFeatures(Tensor ids)
    {
        ArgumentNullException.ThrowIfNull(ids);
        using var scope = NewDisposeScope();
        return _textProjection.call(EncodeText(ids).Pooled).MoveToOuterDisposeScope();
    }

    /// <summary>The text tower before its projection: ids [n,L] of int64 to rows [n,L,D] and the end token's row [n,D].</summary>
    /// <exception cref="ArgumentException">The texts are longer than the model's positions.</exception>
    public ClipTextOutput EncodeText(Tensor ids)
    {
        ArgumentNullException.ThrowIfNull(ids);
        using var rows = _text.TokenEmbeddings(ids);
        return EncodeText(rows, ids);
    }

    /// <summary>Rows of the token table: ids [n,L] of int64 to [n,L,D].</summary>
    public Tensor TokenEmbeddings(Tensor ids) => _text.TokenEmbeddings(ids);

    /// <summary>The text tower from the tokens' rows on, some of which need not be the table's.</summary>
    /// <param name="tokenEmbeddings">[n,L,D].</param>
    /// <param name="ids">[n,L] of int64; they only say where each text's end token is.</param>
    /// <exception cref="ArgumentException">The texts are longer than the model's positions.</exception>
    public ClipTextOutput EncodeText(Tensor tokenEmbeddings, Tensor ids)
    {
        ArgumentNullException.ThrowIfNull(tokenEmbeddings);
        ArgumentNullException.ThrowIfNull(ids);
        using var scope = NewDisposeScope();
        var output = _text.Encode(tokenEmbeddings, ids, allHiddenStates: false);
        return output with { LastHiddenState = output.LastHiddenState.MoveToOuterDisposeScope(), Pooled = output.Pooled.MoveToOuterDisposeScope() };
    }

    /// <summary>Rows of the text tower brought into the common space: [n,D] to [n,P].</summary>
    public Tensor ProjectText(Tensor pooled) => _textProjection.call(pooled);

    /// <summary>Rows of the picture tower brought into the common space: [n,D] to [n,P].</summary>
    public Tensor ProjectImages(Tensor pooled) => _visualProjection.call(pooled);

    /// <summary>Pictures in the common space: [n,C,S,S], prepared as the model was trained, to [n,P], not normalised.</summary>
    /// <exception cref="ArgumentException">The pictures are not of the model's size.</exception>
    public Tensor ImageFeatures(Tensor pixelValues)
    {
        using var scope = NewDisposeScope();
        return _visualProjection.call(EncodeImages(pixelValues)).MoveToOuterDisposeScope();
    }

    /// <summary>The picture tower before its projection: [n,C,S,S] to the class token's row [n,D].</summary>
    /// <exception cref="ArgumentException">The pictures are not of the model's size.</exception>
    public Tensor EncodeImages(Tensor pixelValues)
    {
        ArgumentNullException.ThrowIfNull(pixelValues);
        long[] wanted = [Vision.Channels, Vision.ImageSize, Vision.ImageSize];
        if (pixelValues.dim() != 4 || !pixelValues.shape.AsSpan(1).SequenceEqual(wanted))
        {
            throw new ArgumentException($"Pictures of shape [{string.Join(',', pixelValues.shape)}] given to a CLIP model of [n,{string.Join(',', wanted)}].", nameof(pixelValues));
        }

        return _vision.call(pixelValues);
    }
}
