using Diptych.Common.Products;
using Diptych.Common.Runtime;

namespace Diptych.Common.Transformers;

/// <summary>
/// A transformer block and its gradients in one piece, on rows of fp32 numbers [n * pixels, channels]: attention among the places, attention to the text, gated feed-forward, each behind a
/// layer normalisation and beside what comes in.
/// </summary>
/// <param name="shape">Its sizes.</param>
/// <param name="weights">Its parameters.</param>
internal readonly unsafe struct TransformerBlockOnCpu(TransformerShape shape, BlockWeights weights)
{
    private int Rows => shape.Rows;

    private int Channels => shape.Channels;

    private RowLayers Layers => new(Rows, Channels);

    /// <summary>Fills the tape, its output included.</summary>
    /// <param name="x">The rows that come in; left alone.</param>
    /// <param name="text">[n * tokens, textWidth].</param>
    /// <param name="tape">Where everything goes.</param>
    public void Forward(float* x, float* text, BlockTape tape)
    {
        Layers.Norm(x, weights.Norm1, tape.Normed1, tape.Statistics1);
        Attend(shape.Self, weights.SelfAttention, tape.Normed1, tape.Normed1, Rows, Channels, tape.Self);
        Layers.Project(tape.Self.Seen, Channels, weights.SelfAttention.Output, x, tape.AfterSelf);

        Layers.Norm(tape.AfterSelf, weights.Norm2, tape.Normed2, tape.Statistics2);
        Attend(shape.Cross, weights.CrossAttention, tape.Normed2, text, shape.Samples * shape.Tokens, shape.TextWidth, tape.Cross);
        Layers.Project(tape.Cross.Seen, Channels, weights.CrossAttention.Output, tape.AfterSelf, tape.AfterCross);

        Layers.Norm(tape.AfterCross, weights.Norm3, tape.Normed3, tape.Statistics3);
        RowProducts.Forward(tape.Normed3, Rows, Channels, weights.Widening.Weight, 2 * shape.Inner, weights.Widening.Bias, tape.Widened);
        var (gate, self) = (new GatedGeluKernel(shape.Inner), shape);
        Layers.ForEachNumber(shape.Inner, (from, to) => gate.Forward(tape.Widened + (2L * from * self.Inner), to - from, tape.Gated + (from * (long)self.Inner)));
        Layers.Project(tape.Gated, shape.Inner, weights.Narrowing, tape.AfterCross, tape.Output);
    }

    /// <summary>Fills the gradients from that of the output.</summary>
    /// <param name="x">The rows that came in.</param>
    /// <param name="tape">From <see cref="Forward"/>.</param>
    /// <param name="gradient">The output's gradient; left alone.</param>
    /// <param name="gradients">Where everything goes.</param>
    /// <param name="endsAtText">Whether only the text's is asked for: nothing in front of the attention to it is filled then.</param>
    public void Backward(float* x, BlockTape tape, float* gradient, BlockGradients gradients, bool endsAtText)
    {
        RowProducts.InputGradient(gradient, Rows, Channels, weights.Narrowing.Weight, shape.Inner, gradients.Gated);
        var (gate, inner) = (new GatedGeluKernel(shape.Inner), (long)shape.Inner);
        Layers.ForEachNumber(shape.Inner, (from, to) =>
            gate.Backward(tape.Widened + (2 * from * inner), to - from, gradients.Gated + (from * inner), gradients.Widened + (2 * from * inner)));
        RowProducts.InputGradient(gradients.Widened, Rows, 2 * shape.Inner, weights.Widening.Weight, Channels, gradients.Normed3);
        Layers.NormBackward(tape.AfterCross, weights.Norm3, tape.Statistics3, gradients.Normed3, gradient, gradients.AfterCross);

        LookBack(shape.Cross, weights.CrossAttention, tape.Cross, gradients.AfterCross, gradients.Cross);
        if (endsAtText)
        {
            return;
        }

        RowProducts.InputGradient(gradients.Cross.Query, Rows, Channels, weights.CrossAttention.Query, Channels, gradients.Normed2);
        Layers.NormBackward(tape.AfterSelf, weights.Norm2, tape.Statistics2, gradients.Normed2, gradients.AfterCross, gradients.AfterSelf);

        LookBack(shape.Self, weights.SelfAttention, tape.Self, gradients.AfterSelf, gradients.Self);
        RowProducts.InputGradient(gradients.Self.Query, Rows, Channels, weights.SelfAttention.Query, Channels, gradients.Normed1);
        RowProducts.InputGradient(gradients.Self.Key, Rows, Channels, weights.SelfAttention.Key, Channels, gradients.Normed1, adds: true);
        RowProducts.InputGradient(gradients.Self.Value, Rows, Channels, weights.SelfAttention.Value, Channels, gradients.Normed1, adds: true);
        Layers.NormBackward(x, weights.Norm1, tape.Statistics1, gradients.Normed1, gradients.AfterSelf, gradients.Input);
    }

    /// <summary>Adds the text's gradient, [n * tokens, textWidth].</summary>
    public void AddTextGradient(BlockGradients gradients, float* text)
    {
        var rows = shape.Samples * shape.Tokens;
        RowProducts.InputGradient(gradients.Cross.Key, rows, Channels, weights.CrossAttention.Key, shape.TextWidth, text, adds: true);
        RowProducts.InputGradient(gradients.Cross.Value, rows, Channels, weights.CrossAttention.Value, shape.TextWidth, text, adds: true);
    }

    /// <summary>The parameters' gradients.</summary>
    /// <param name="x">The rows that came in.</param>
    /// <param name="text">The text.</param>
    /// <param name="tape">From <see cref="Forward"/>.</param>
    /// <param name="gradient">The output's gradient.</param>
    /// <param name="gradients">From <see cref="Backward"/>.</param>
    /// <param name="layers">Those of this block's rows.</param>
    /// <param name="result">Where they go.</param>
    public void WeightGradients(float* x, float* text, BlockTape tape, float* gradient, BlockGradients gradients, LayerGradients layers, BlockWeights result)
    {
        layers.Linear(tape.Gated, gradient, shape.Inner, Channels, weights.Narrowing.Weight, result.Narrowing);
        layers.Linear(tape.Normed3, gradients.Widened, Channels, 2 * shape.Inner, weights.Widening.Weight, result.Widening);
        layers.Norm(tape.AfterCross, tape.Statistics3, gradients.Normed3, Channels, result.Norm3);
        Attention(layers, tape.Cross, gradients.Cross, gradients.AfterCross, tape.Normed2, text, shape.Samples * shape.Tokens, shape.TextWidth, weights.CrossAttention, result.CrossAttention);
        layers.Norm(tape.AfterSelf, tape.Statistics2, gradients.Normed2, Channels, result.Norm2);
        Attention(layers, tape.Self, gradients.Self, gradients.AfterSelf, tape.Normed1, tape.Normed1, Rows, Channels, weights.SelfAttention, result.SelfAttention);
        layers.Norm(x, tape.Statistics1, gradients.Normed1, Channels, result.Norm1);
    }

    private void Attention(
        LayerGradients layers, AttentionTape tape, AttentionTape gradients, float* after, float* asks, float* looked, int keys, int width, AttentionWeights projections, AttentionWeights result)
    {
        var answers = layers.Of(keys);
        layers.Linear(tape.Seen, after, Channels, Channels, projections.Output.Weight, result.Output);
        layers.Linear(asks, gradients.Query, Channels, Channels, projections.Query, new(result.Query, null));
        answers.Linear(looked, gradients.Key, width, Channels, projections.Key, new(result.Key, null));
        answers.Linear(looked, gradients.Value, width, Channels, projections.Value, new(result.Value, null));
    }

    private void Attend(HeadAttention attention, AttentionWeights projections, float* asks, float* looked, int keys, int width, AttentionTape tape)
    {
        RowProducts.Forward(asks, Rows, Channels, projections.Query, Channels, null, tape.Query);
        var key = Answers(looked, keys, width, projections.Key, tape.Key);
        var value = Answers(looked, keys, width, projections.Value, tape.Value);
        SharedWork.Over(shape.Samples * shape.Heads, shape.Samples * attention.Operations, (from, to) =>
            attention.Forward(tape.Query, key, value, tape.Shares, tape.Seen, from, to));
    }

    private float* Answers(float* looked, int keys, int width, float* weight, float* room)
    {
        var kept = KeptText.Answers(looked, keys, width, weight, Channels);
        if (kept is null)
        {
            RowProducts.Forward(looked, keys, width, weight, Channels, null, room);
        }

        return kept is null ? room : kept;
    }

    // The gradients of queries, keys and values from that behind the output projection.
    private void LookBack(HeadAttention attention, AttentionWeights projections, AttentionTape tape, float* after, AttentionTape gradients)
    {
        RowProducts.InputGradient(after, Rows, Channels, projections.Output.Weight, Channels, gradients.Seen);
        SharedWork.Over(shape.Samples * shape.Heads, 3 * shape.Samples * attention.Operations, (from, to) =>
            attention.Backward(tape.Query, tape.Key, tape.Value, tape.Shares, gradients.Seen, gradients.Shares, gradients.Query, gradients.Key, gradients.Value, from, to));
    }
}
