using static TorchSharp.torch;

namespace Diptych.Common.Training;

/// <summary>
/// Numbers kept as one byte each beside the largest magnitude of every 256 of them (Dettmers et al. 2022, "8-bit optimizers via block-wise quantization",
/// section 2): 1.02 bytes where fp32 has 4. The bytes stand for a dynamic tree of values, close together near zero and seven powers of ten wide, for
/// moments of one tensor differ by that much.
/// </summary>
internal sealed class BlockwiseBytes : IDisposable
{
    /// <summary>Numbers that share a largest magnitude.</summary>
    public const int BlockSize = 256;

    private const int Decades = 7;

    // A block of nothing but zeros is divided by this.
    private const float LeastLargest = 1e-38f;

    private readonly long[] _shape;
    private readonly long _count;
    private readonly bool _signed;
    private readonly Tensor _values;
    private readonly Tensor _middles;

    /// <summary>All zero.</summary>
    /// <param name="shape">Shape of the numbers.</param>
    /// <param name="signed">Whether some may be negative; without, the bytes are twice as dense.</param>
    /// <param name="device">Where they are kept.</param>
    public BlockwiseBytes(long[] shape, bool signed, Device device)
    {
        (_shape, _signed) = (shape, signed);
        _count = shape.Aggregate(1L, (product, side) => product * side);
        var blocks = (_count + BlockSize - 1) / BlockSize;
        using var scope = NewDisposeScope();
        float[] tree = Tree(signed);
        _values = tensor(tree).to(device).DetachFromDisposeScope();
        _middles = tensor([.. tree.Skip(1).Zip(tree, (above, below) => (above + below) / 2)]).to(device).DetachFromDisposeScope();
        Codes = full([blocks, BlockSize], Array.IndexOf(tree, 0f), dtype: ScalarType.Byte, device: device).DetachFromDisposeScope();
        Largest = zeros([blocks, 1], dtype: ScalarType.Float32, device: device).DetachFromDisposeScope();
    }

    /// <summary>One byte a number, filled up to whole blocks: [blocks, 256].</summary>
    public Tensor Codes { get; }

    /// <summary>Every block's largest magnitude: fp32 [blocks, 1].</summary>
    public Tensor Largest { get; }

    /// <summary>The values from -1 (or 0) to 1 that the bytes stand for, ascending: 256 of them.</summary>
    public static float[] Tree(bool signed)
    {
        List<double> values = [0, 1];
        for (var decade = 0; decade < Decades; decade++)
        {
            // Every decade has twice as many values as the one below it, at the middles of equal parts of its range from a tenth to the whole.
            var parts = 1 << (signed ? decade : decade + 1);
            var top = Math.Pow(10, decade - Decades + 1);
            foreach (var middle in Enumerable.Range(0, parts).Select(part => top * (.1 + (.9 * (part + .5) / parts))))
            {
                values.Add(middle);
                if (signed)
                {
                    values.Add(-middle);
                }
            }
        }

        return [.. values.Order().Select(value => (float)value)];
    }

    /// <summary>The numbers, fp32 in their shape.</summary>
    public Tensor Read()
    {
        using var scope = NewDisposeScope();
        var parts = _values.index_select(0, Codes.reshape(-1).to_type(ScalarType.Int32)).reshape(Codes.shape);
        return (parts * Largest).reshape(-1).narrow(0, 0, _count).reshape(_shape).MoveToOuterDisposeScope();
    }

    /// <summary>Keeps other numbers, each as the nearest value of its block.</summary>
    /// <param name="numbers">fp32 in the same shape.</param>
    public void Write(Tensor numbers)
    {
        using var scope = NewDisposeScope();
        var blocks = nn.functional.pad(numbers.reshape(-1), [0, Codes.numel() - _count]).reshape(Codes.shape);
        Largest.copy_(blocks.abs().amax([1], keepdim: true));
        var codes = bucketize(blocks / Largest.clamp_min(LeastLargest), _middles, outInt32: true);
        if (!_signed)
        {
            // A second moment that became zero would make of the least mean a step without measure.
            codes = maximum(codes, blocks.gt(0).to_type(ScalarType.Int32));
        }

        Codes.copy_(codes);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Codes.Dispose();
        Largest.Dispose();
        _values.Dispose();
        _middles.Dispose();
    }
}
