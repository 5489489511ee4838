using Diptych.Common.Text;
using static TorchSharp.torch;

namespace Diptych.Lab.Verification;

/// <summary>Whether the text encoder tells words of one kind apart: a denoiser obeys a word only as far as its row differs from the other words' rows.</summary>
public static class WordProbe
{
    /// <summary>The mean cosine of the rows of two different words in the same place of the same prompt.</summary>
    /// <param name="tokenizer">The encoder's tokenizer.</param>
    /// <param name="encoder">The encoder.</param>
    /// <param name="words">Words of one kind, a token each; at least two.</param>
    /// <param name="prompt">The prompt around a word.</param>
    public static double MeanCosine(ClipTokenizer tokenizer, ClipTextEncoder encoder, IReadOnlyList<string> words, Func<string, string> prompt)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        ArgumentNullException.ThrowIfNull(encoder);
        ArgumentNullException.ThrowIfNull(words);
        ArgumentNullException.ThrowIfNull(prompt);
        ArgumentOutOfRangeException.ThrowIfLessThan(words.Count, 2);
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        var rows = stack([.. words.Select(word => Row(tokenizer, encoder, prompt(word), word))]);
        var unit = rows / rows.norm(1, keepdim: true);
        // The mean over all pairs, less each word's with itself.
        return (unit.matmul(unit.t()).sum().item<float>() - words.Count) / (words.Count * (words.Count - 1.0));
    }

    /// <summary>The encoder's row of a word, one token, in a prompt: [D], on the CPU.</summary>
    internal static Tensor Row(ClipTokenizer tokenizer, ClipTextEncoder encoder, string prompt, string word)
    {
        using var scope = NewDisposeScope();
        var ids = tokenizer.EncodeBatch([prompt]).to(encoder.TokenTable.device);
        var at = tokenizer.Encode(prompt).ToList().IndexOf(tokenizer.Encode(word)[1]);
        return encoder.Encode(encoder.TokenEmbeddings(ids), ids).LastHiddenState[0, at].cpu().MoveToOuterDisposeScope();
    }
}
