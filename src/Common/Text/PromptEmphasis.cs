using static TorchSharp.torch;

namespace Diptych.Common.Text;

/// <summary>
/// Weighs the encoded words of a prompt: each goes from the empty prompt's state at its place towards (and beyond) its own,
/// empty + weight·(state − empty).
/// </summary>
/// <remarks>
/// This is one of two customs. The other multiplies the states themselves and rescales the whole prompt so that its mean stays; it divides by
/// a mean that may be near zero, moves every unweighted word as well, and has no meaning for weight 0. Here weight 1 changes no bit,
/// weight 0 says nothing, and one word's weight moves no other word's state.
/// </remarks>
public static class PromptEmphasis
{
    /// <summary>Weighed states.</summary>
    /// <param name="states">Hidden states of one chunk a row, [n, L, D].</param>
    /// <param name="weights">Weights, [n, L].</param>
    /// <param name="empty">Hidden states of the empty prompt, [1, L, D].</param>
    /// <returns>[n, L, D].</returns>
    public static Tensor Apply(Tensor states, Tensor weights, Tensor empty)
    {
        ArgumentNullException.ThrowIfNull(states);
        ArgumentNullException.ThrowIfNull(weights);
        ArgumentNullException.ThrowIfNull(empty);
        using var scope = NewDisposeScope();
        var factor = weights.unsqueeze(-1).to(states.dtype);

        // Chosen rather than computed where the weight is 1: rounding would change states that nobody asked to weigh.
        return where(factor.eq(1), states, empty + factor * (states - empty)).MoveToOuterDisposeScope();
    }
}
