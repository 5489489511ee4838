using static TorchSharp.torch;

namespace Diptych.TextualInversion;

/// <summary>A learned word as it lies on disk.</summary>
/// <param name="Token">The word, such as <c>&lt;my-dog&gt;</c>.</param>
/// <param name="Rows">Its rows, [k, D] fp32, for each text encoder it was learned for, in the model's order.</param>
public sealed record LearnedWord(string Token, IReadOnlyList<Tensor> Rows) : IDisposable
{
    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var rows in Rows)
        {
            rows.Dispose();
        }
    }
}
