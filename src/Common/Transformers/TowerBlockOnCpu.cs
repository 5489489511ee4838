using Diptych.Common.Products;
using Diptych.Common.Runtime;

namespace Diptych.Common.Transformers;

/// <summary>
/// A block of one of CLIP's towers (Radford et al. 2021, section 2.4) and the gradient of what comes in, in one piece, on rows of fp32 numbers [n * tokens, width]: attention among the tokens and a
/// feed-forward layer, each behind a layer normalisation and beside what comes in.
/// </summary>
/// <param name="shape">Its sizes.</param>
/// <param name="weights">Its parameters.</param>
internal readonly unsafe struct TowerBlockOnCpu(TowerShape shape, TowerBlockWeights weights)
{
    private int Rows => shape.Rows;

    private int Width => shape.Width;

    private RowLayers Layers => new(Rows, Width);

    /// <summary>Fills the tape, its output included.</summary>
    /// <param name="x">The rows that come in; left alone.</param>
    /// <param name="tape">Where everything goes.</param>
    public void Forward(float* x, TowerBlockTape tape)
    {
        var (attention, heads) = (tape.Attention, shape.Attention);
        Layers.Norm(x, weights.Norm1, tape.Normed, tape.Statistics1);
        RowProducts.Forward(tape.Normed, Rows, Width, weights.Query.Weight, Width, weights.Query.Bias, attention.Query);
        RowProducts.Forward(tape.Normed, Rows, Width, weights.Key.Weight, Width, weights.Key.Bias, attention.Key);
        RowProducts.Forward(tape.Normed, Rows, Width, weights.Value.Weight, Width, weights.Value.Bias, attention.Value);
        SharedWork.Over(shape.Samples * shape.Heads, shape.Samples * heads.Operations, (from, to) =>
            heads.Forward(attention.Query, attention.Key, attention.Value, attention.Shares, attention.Seen, from, to));
        Layers.Project(attention.Seen, Width, weights.Output, x, tape.Attended);

        Layers.Norm(tape.Attended, weights.Norm2, tape.Normed, tape.Statistics2);
        RowProducts.Forward(tape.Normed, Rows, Width, weights.Widening.Weight, shape.Inner, weights.Widening.Bias, tape.Widened);
        var inner = (nint)shape.Inner;
        Layers.ForEachNumber(shape.Inner, (from, to) => QuickGeluKernel.Forward(tape.Widened + (from * inner), (to - from) * inner, tape.Activated + (from * inner)));
        Layers.Project(tape.Activated, shape.Inner, weights.Narrowing, tape.Attended, tape.Output);
    }

    /// <summary>The gradient of the rows that came in.</summary>
    /// <param name="x">The rows that came in.</param>
    /// <param name="tape">From <see cref="Forward"/>.</param>
    /// <param name="gradient">The output's gradient.</param>
    /// <param name="room">Room for the gradients on the way; their own are its output.</param>
    public void Backward(float* x, TowerBlockTape tape, float* gradient, TowerBlockTape room)
    {
        RowProducts.InputGradient(gradient, Rows, Width, weights.Narrowing.Weight, shape.Inner, room.Activated);
        var inner = (nint)shape.Inner;
        Layers.ForEachNumber(shape.Inner, (from, to) => QuickGeluKernel.Backward(tape.Widened + (from * inner), (to - from) * inner, room.Activated + (from * inner)));
        RowProducts.InputGradient(room.Activated, Rows, shape.Inner, weights.Widening.Weight, Width, room.Normed);
        Layers.NormBackward(tape.Attended, weights.Norm2, tape.Statistics2, room.Normed, gradient, room.Attended);

        var (attention, gradients, heads) = (tape.Attention, room.Attention, shape.Attention);
        RowProducts.InputGradient(room.Attended, Rows, Width, weights.Output.Weight, Width, gradients.Seen);
        SharedWork.Over(shape.Samples * shape.Heads, 3 * shape.Samples * heads.Operations, (from, to) =>
            heads.Backward(attention.Query, attention.Key, attention.Value, attention.Shares, gradients.Seen, gradients.Shares, gradients.Query, gradients.Key, gradients.Value, from, to));
        RowProducts.InputGradient(gradients.Query, Rows, Width, weights.Query.Weight, Width, room.Normed);
        RowProducts.InputGradient(gradients.Key, Rows, Width, weights.Key.Weight, Width, room.Normed, adds: true);
        RowProducts.InputGradient(gradients.Value, Rows, Width, weights.Value.Weight, Width, room.Normed, adds: true);
        Layers.NormBackward(x, weights.Norm1, tape.Statistics1, room.Normed, room.Attended, room.Output);
    }
}
