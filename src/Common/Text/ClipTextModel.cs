using Diptych.Common.Weights;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace Diptych.Common.Text;

/// <summary>
/// The text encoder of Stable Diffusion 1 and 2: CLIP's text tower (Radford et al. 2021, section 2.4). Lookup and encoding are two calls,
/// so that a learned concept's rows can take their places in between (<see cref="ConceptLookup"/>).
/// </summary>
public sealed class ClipTextModel : nn.Module
{
    [ComponentName(Name = "text_model")] private readonly ClipTextTransformer _text;

    /// <summary>Builds the network with random weights.</summary>
    public ClipTextModel(ClipTextConfig config)
        : base(nameof(ClipTextModel))
    {
        ArgumentNullException.ThrowIfNull(config);
        Config = config;
        _text = new ClipTextTransformer(config);
        RegisterComponents();
    }

    /// <summary>Sizes and conventions.</summary>
    public ClipTextConfig Config { get; }

    /// <summary>Reads <c>config.json</c> and <c>model.safetensors</c> from a <c>text_encoder</c> folder, in the old and in today's naming.</summary>
    /// <exception cref="DiptychException">A file is missing or does not fit the other.</exception>
    public static ClipTextModel Load(string folder)
    {
        var model = new ClipTextModel(ClipTextConfig.Read(ConfigFile.Read(Path.Combine(folder, "config.json"))));
        using var file = ClipWeights.Open(folder);
        WeightLoader.Load(model, file, ClipWeights.TextOnly);
        model.eval();
        return model;
    }

    /// <summary>Rows of the token table: ids [n,L] of int64 to [n,L,D].</summary>
    public Tensor TokenEmbeddings(Tensor ids) => _text.TokenEmbeddings(ids);

    /// <summary>Adds positions and runs the causal blocks.</summary>
    /// <param name="tokenEmbeddings">[n,L,D], from <see cref="TokenEmbeddings"/> or <see cref="ConceptLookup.Embed"/>.</param>
    /// <param name="ids">[n,L] of int64; they only say where each prompt's end token is.</param>
    /// <param name="allHiddenStates">Whether to return every block's output too.</param>
    /// <exception cref="ArgumentException">The prompts are longer than the model's positions.</exception>
    public ClipTextOutput Encode(Tensor tokenEmbeddings, Tensor ids, bool allHiddenStates = false)
    {
        ArgumentNullException.ThrowIfNull(tokenEmbeddings);
        ArgumentNullException.ThrowIfNull(ids);
        return _text.Encode(tokenEmbeddings, ids, allHiddenStates);
    }

    /// <summary>Checks that a tokenizer speaks this model's ids, so that placeholders start right after its table and prompts fit.</summary>
    /// <exception cref="DiptychException">Vocabulary or prompt length differ.</exception>
    public void RequireFit(ClipTokenizer tokenizer)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        if (tokenizer.VocabularySize != Config.VocabularySize || tokenizer.MaxLength > Config.MaxPositions)
        {
            throw new DiptychException(
                $"The tokenizer ({tokenizer.VocabularySize} entries, {tokenizer.MaxLength} tokens a prompt) does not belong to the text encoder ({Config.VocabularySize} entries, {Config.MaxPositions} positions): use tokenizer/ and text_encoder/ of one model.");
        }
    }
}
