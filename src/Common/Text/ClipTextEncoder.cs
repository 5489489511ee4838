using TorchSharp.Utils;
using static TorchSharp.torch;

namespace Diptych.Common.Text;

/// <summary>
/// CLIP's text tower (Radford et al. 2021, section 2.4) as Stable Diffusion uses it. Lookup and encoding are two calls, so that a learned
/// concept's rows can take their places in between (<see cref="ConceptLookup"/>).
/// </summary>
public abstract class ClipTextEncoder : nn.Module
{
    [ComponentName(Name = "text_model")] private readonly ClipTextTransformer _text;

    private protected ClipTextEncoder(string name, ClipTextConfig config)
        : base(name)
    {
        ArgumentNullException.ThrowIfNull(config);
        Config = config;
        _text = new ClipTextTransformer(config);
    }

    /// <summary>Sizes and conventions.</summary>
    public ClipTextConfig Config { get; }

    /// <summary>The vocabulary's rows, [vocabulary, D].</summary>
    public Tensor TokenTable => _text.TokenTable;

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
        var output = _text.Encode(tokenEmbeddings, ids, allHiddenStates);
        return output with { Projected = Project(output.Pooled) };
    }

    /// <summary>The norm that follows the last block, for a block's output [n,L,D] taken from <see cref="ClipTextOutput.HiddenStates"/>.</summary>
    public Tensor FinalNorm(Tensor hiddenState) => _text.FinalNorm(hiddenState);

    /// <summary>Checks that a tokenizer speaks this model's ids, so that placeholders start right after its table and prompts fit.</summary>
    /// <exception cref="DiptychException">Vocabulary or prompt length differ.</exception>
    public void RequireFit(ClipTokenizer tokenizer)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        if (tokenizer.VocabularySize != Config.VocabularySize || tokenizer.MaxLength > Config.MaxPositions)
        {
            throw new DiptychException(
                $"The tokenizer ({tokenizer.VocabularySize} entries, {tokenizer.MaxLength} tokens a prompt) does not belong to the text encoder ({Config.VocabularySize} entries, {Config.MaxPositions} positions): use the tokenizer and the text encoder of one model.");
        }
    }

    private protected virtual Tensor? Project(Tensor pooled) => null;
}
