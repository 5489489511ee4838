using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Diptych.Common.Runtime;

namespace Diptych.Common.Products;

/// <summary>A linear layer's three products (x W^T, and the gradients dy W and dy^T x) on numbers as they lie: x [rows, in], W [out, in], dy [rows, out]; in and out are multiples of sixteen.</summary>
internal static unsafe class RowProducts
{
    // No core's own caches hold it.
    private const long LeastLargeWeight = 1 << 20;

    /// <summary>y = x W^T + b; added to what is there where asked for, then without b.</summary>
    public static void Forward(float* x, int rows, int inputs, float* weight, int outputs, float* bias, float* y, bool adds = false)
    {
        var (factor, chunks, target) = (new ProductFactor(x, inputs, 1), outputs / ProductKernel.HalfColumns, ProductTarget.Matrix(y, outputs) with { ColumnBias = bias, Adds = adds });
        var kept = KeptKernels.FindPanels(weight, forGradient: false);
        if (kept is null && !adds && rows % ProductKernel.HalfColumns == 0 && rows <= OwnProducts.MostFewRows && (long)inputs * outputs >= LeastLargeWeight)
        {
            ForwardOfFew(x, rows, inputs, weight, outputs, bias, y);
        }
        else if (kept is null)
        {
            MatrixProduct.Multiply(factor, new TransposedPanels(weight, inputs), rows, inputs, chunks, target);
        }
        else
        {
            MatrixProduct.Multiply(factor, new PackedPanels(kept, inputs), rows, inputs, chunks, target);
        }
    }

    /// <summary>dx = dy W; added to what is there where asked for.</summary>
    public static void InputGradient(float* gradient, int rows, int outputs, float* weight, int inputs, float* result, bool adds = false)
    {
        var (factor, chunks, target) = (new ProductFactor(gradient, outputs, 1), inputs / ProductKernel.HalfColumns, ProductTarget.Matrix(result, inputs) with { Adds = adds });
        var kept = KeptKernels.FindPanels(weight, forGradient: true);
        if (kept is null)
        {
            MatrixProduct.Multiply(factor, new RowPanels(weight, inputs), rows, outputs, chunks, target);
        }
        else
        {
            MatrixProduct.Multiply(factor, new PackedPanels(kept, outputs), rows, outputs, chunks, target);
        }
    }

    /// <summary>dW = dy^T x.</summary>
    public static void WeightGradient(float* x, float* gradient, int rows, int inputs, int outputs, float* result) =>
        MatrixProduct.Multiply(
            new ProductFactor(gradient, 1, outputs), new RowPanels(x, inputs), outputs, rows, inputs / ProductKernel.HalfColumns, ProductTarget.Matrix(result, inputs));

    /// <summary>The same over several stretches of rows, in their order, in the calling thread.</summary>
    public static void WeightGradient(IReadOnlyList<GradientRows> parts, int inputs, int outputs, float* result)
    {
        var rows = parts.Sum(part => part.Count);
        if (parts.Count == 1 || rows > MatrixProduct.ShortDepth)
        {
            MatrixProduct.Multiply<RowPanels>(
                [.. parts.Select(part => new ProductPart<RowPanels>(new(part.Gradient, 1, outputs), new(part.X, inputs), part.Count))],
                outputs, inputs / ProductKernel.HalfColumns, ProductTarget.Matrix(result, inputs));
            return;
        }

        // Short ones are laid behind each other: to write a sum, read it and add to it takes as long as the products.
        using var room = Scratch.Take((nint)rows * (inputs + outputs));
        float* x = room.First, gradient = room.First + ((nint)rows * inputs);
        foreach (var part in parts)
        {
            x = Append(part.X, part.Count * inputs, x);
            gradient = Append(part.Gradient, part.Count * outputs, gradient);
        }

        WeightGradient(room.First, room.First + ((nint)rows * inputs), rows, inputs, outputs, result);
    }

    /// <summary>db, the sum of dy's rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void BiasGradient(float* gradient, int rows, int outputs, float* result)
    {
        for (var column = 0; column < outputs; column += ProductKernel.HalfColumns)
        {
            var sum = Vector512<float>.Zero;
            for (nint row = 0; row < rows; row++)
            {
                sum += Vector512.Load(gradient + (row * outputs) + column);
            }

            sum.Store(result + column);
        }
    }

    // W x^T: the weight is read as it lies. To lay it out as panels first takes an eighth of the time (1280 to 1280 numbers of 64 rows).
    private static void ForwardOfFew(float* x, int rows, int inputs, float* weight, int outputs, float* bias, float* y)
    {
        using var room = Scratch.Take((nint)rows * outputs);
        var (columns, result) = ((nint)room.First, (nint)y);
        MatrixProduct.Multiply(
            new ProductFactor(weight, inputs, 1), new TransposedPanels(x, inputs), outputs, inputs, rows / ProductKernel.HalfColumns, ProductTarget.Matrix(room.First, rows) with { RowBias = bias });
        SharedWork.Over(outputs / ProductKernel.HalfColumns, 8.0 * rows * outputs, (from, to) =>
        {
            for (var chunk = from; chunk < to; chunk++)
            {
                Transposition.ExchangeStrip((float*)columns + (chunk * (nint)ProductKernel.HalfColumns * rows), rows, rows, (float*)result + (chunk * ProductKernel.HalfColumns), outputs);
            }
        });
    }

    private static float* Append(float* from, int count, float* to)
    {
        new ReadOnlySpan<float>(from, count).CopyTo(new Span<float>(to, count));
        return to + count;
    }
}
