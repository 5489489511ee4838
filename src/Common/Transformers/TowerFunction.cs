using Diptych.Common.Cuda;
using Diptych.Common.Runtime;
using static TorchSharp.torch;

namespace Diptych.Common.Transformers;

/// <summary>
/// The blocks of one of CLIP's towers, whose weights do not learn, as one node of autograd's graph: a prompt of a small model is so short that their thirty operators each, and twice as many
/// backward, take four times as long as their arithmetic. Arguments: rows, blocks.
/// </summary>
internal sealed unsafe class TowerFunction : ManagedFunction<TowerFunction>
{
    /// <summary>Runs them, with or without gradients.</summary>
    /// <param name="x">[n, tokens, width].</param>
    /// <param name="parameters">In the order of <see cref="TowerBlockWeights"/>.</param>
    /// <param name="shape">The sizes.</param>
    public static Tensor Apply(Tensor x, IReadOnlyList<Tensor> parameters, TowerShape shape)
    {
        using var scope = NewDisposeScope();
        var rows = x.contiguous();
        return (is_grad_enabled() && x.requires_grad ? apply(rows, new Tower(parameters, shape)) : Forward(rows, new(parameters, shape), keeps: false).Output).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    protected override (Tensor Output, List<Tensor> Saved, object Kept) Forward(object[] arguments)
    {
        var (x, tower) = ((Tensor)arguments[0], (Tower)arguments[1]);
        var (output, tape) = Forward(x, tower, keeps: true);
        return (output, [x, tape], tower);
    }

    /// <inheritdoc/>
    protected override Tensor?[] Backward(List<Tensor> saved, Tensor gradient, object kept)
    {
        var tower = (Tower)kept;
        var (blocks, shape) = (tower.Blocks(), tower.Shape);
        var size = TowerBlockTape.Size(shape);
        var dx = empty(saved[0].shape, dtype: ScalarType.Float32);
        // A block's gradient is read while the next one's is made.
        using var memory = empty(2 * size, dtype: ScalarType.Float32);
        using var packed = gradient.contiguous();
        float* x = TensorData.Floats(saved[0]), tapes = TensorData.Floats(saved[1]), rooms = TensorData.Floats(memory), behind = TensorData.Floats(packed);
        for (var i = blocks.Length - 1; i >= 0; i--)
        {
            var room = TowerBlockTape.At(rooms + (i % 2 * size), shape);
            var before = i == 0 ? x : TowerBlockTape.At(tapes + ((i - 1) * size), shape).Output;
            new TowerBlockOnCpu(shape, blocks[i]).Backward(before, TowerBlockTape.At(tapes + (i * size), shape), behind, room);
            behind = room.Output;
        }

        Copy(behind, dx, shape);
        return [dx, null];
    }

    // Without a backward two blocks' rooms take turns.
    private static (Tensor Output, Tensor Tape) Forward(Tensor x, Tower tower, bool keeps)
    {
        var (blocks, shape) = (tower.Blocks(), tower.Shape);
        var size = TowerBlockTape.Size(shape);
        var output = empty(x.shape, dtype: ScalarType.Float32);
        var memory = empty(size * (keeps ? blocks.Length : Math.Min(blocks.Length, 2)), dtype: ScalarType.Float32);
        float* last = TensorData.Floats(x), tapes = TensorData.Floats(memory);
        for (var i = 0; i < blocks.Length; i++)
        {
            var tape = TowerBlockTape.At(tapes + ((keeps ? i : i % 2) * size), shape);
            new TowerBlockOnCpu(shape, blocks[i]).Forward(last, tape);
            last = tape.Output;
        }

        Copy(last, output, shape);
        return (output, memory);
    }

    private static void Copy(float* from, Tensor to, TowerShape shape)
    {
        var bytes = shape.Numbers * sizeof(float);
        Buffer.MemoryCopy(from, TensorData.Floats(to), bytes, bytes);
    }

    private sealed record Tower(IReadOnlyList<Tensor> Parameters, TowerShape Shape)
    {
        public TowerBlockWeights[] Blocks()
        {
            var reader = new WeightReader([.. Parameters]);
            var blocks = new TowerBlockWeights[Parameters.Count / TowerBlockWeights.Count];
            for (var i = 0; i < blocks.Length; i++)
            {
                blocks[i] = new(ref reader);
            }

            return blocks;
        }
    }
}
