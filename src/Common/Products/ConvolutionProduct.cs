using Diptych.Common.Runtime;
using static TorchSharp.torch;

namespace Diptych.Common.Products;

/// <summary>
/// The three products of a convolution, 3x3 or 1x1, on contiguous fp32 tensors: x [n, in, h, w], W [out, in, k, k], dy [n, out, h, w]. Channels and h * w are multiples of sixteen. Of a 3x3 one of
/// stride 2 x comes as <see cref="PicturePlanes"/>, [n, in, 4, h, w].
/// </summary>
internal sealed unsafe class ConvolutionProduct : ILayerProduct
{
    private ConvolutionProduct()
    {
    }

    /// <summary>[n, in, h, w], or planes, to [n, out, h, w].</summary>
    public static Tensor Forward(Tensor x, Tensor weight, Tensor? bias)
    {
        var size = ConvolutionSizes.Of(x, weight);
        var added = bias is null ? null : TensorData.Floats(bias);
        if (size.IsTiled)
        {
            return Tiled(x, weight, size, turned: false, added, size.Outputs);
        }

        var y = empty([size.Samples, size.Outputs, x.size(-2), x.size(-1)], dtype: ScalarType.Float32);
        var kept = size.Taps is null ? null : KeptKernels.FindFactor(weight, forGradient: false);
        var factor = kept is null ? new ProductFactor(TensorData.Floats(weight), size.Depth, 1) : PackedFactor.At(kept, size.Depth);
        var target = ProductTarget.Pictures(TensorData.Floats(y), size.Outputs, size.Pixels) with { RowBias = added };
        if (size.Taps is { } taps)
        {
            MatrixProduct.Multiply(factor, new PicturePanels(TensorData.Floats(x), size.Inputs, size.Pixels, taps), size.Outputs, size.Depth, size.Chunks, target);
        }
        else
        {
            MatrixProduct.Multiply(factor, Channels(x, size.Inputs, size.Pixels), size.Outputs, size.Depth, size.Chunks, target);
        }

        return y;
    }

    /// <summary>The same for pictures enlarged twofold first, [n, in, h, w] to [n, out, 2 h, 2 w], where <see cref="ConvolutionSizes.CanEnlarge"/>.</summary>
    public static Tensor Enlarged(Tensor x, Tensor weight, Tensor? bias) => Tiled<EnlargedTiles>(x, weight, turned: false, bias is null ? null : TensorData.Floats(bias), (int)weight.size(0));

    /// <summary>The gradient of the input, [n, in, h, w].</summary>
    public static Tensor InputGradient(Tensor gradient, Tensor weight) => InputGradient(gradient, weight, (int)weight.size(1));

    /// <summary>The gradient of the input's first channels alone, [n, asked, h, w].</summary>
    /// <param name="gradient">The output's.</param>
    /// <param name="weight">W.</param>
    /// <param name="asked">How many; a multiple of sixteen.</param>
    public static Tensor InputGradient(Tensor gradient, Tensor weight, int asked)
    {
        var size = ConvolutionSizes.OfGradient(gradient, weight);
        if (size.IsTiled)
        {
            return Tiled(gradient, weight, size, turned: true, null, asked);
        }

        var result = empty([size.Samples, size.Taps is null ? asked : size.Inputs, gradient.size(2), gradient.size(3)], dtype: ScalarType.Float32);
        if (size.Taps is { } taps)
        {
            Spread(gradient, weight, result, size, taps);
        }
        else
        {
            MatrixProduct.Multiply(
                new ProductFactor(TensorData.Floats(weight), 1, size.Inputs), Channels(gradient, size.Outputs, size.Pixels), asked, size.Outputs, size.Chunks,
                ProductTarget.Pictures(TensorData.Floats(result), asked, size.Pixels));
        }

        return result.size(1) == asked ? result : result.narrow(1, 0, asked).contiguous();
    }

    /// <summary>The gradient of planes, [n, in, 4, h, w].</summary>
    public static Tensor PlanesGradient(Tensor gradient, Tensor weight)
    {
        var size = ConvolutionSizes.Halving(gradient, weight);
        var result = empty([size.Samples, size.Inputs, PicturePlanes.Count, gradient.size(2), gradient.size(3)], dtype: ScalarType.Float32);
        Spread(gradient, weight, result, size, size.Taps!);
        return result;
    }

    /// <summary>The gradient of the weight, [out, in, k, k]; null where it waits for other samples' (<see cref="DeferredGradients"/>).</summary>
    public static Tensor? WeightGradient(Tensor x, Tensor gradient, Tensor weight)
    {
        if (DeferredGradients.Take(weight, x, gradient))
        {
            return null;
        }

        var result = empty(weight.shape, dtype: ScalarType.Float32);
        WeightGradient([(x, gradient)], result);
        return result;
    }

    /// <summary>The gradient of a weight over the samples of several inputs, in their order.</summary>
    /// <param name="parts">Inputs and gradients of outputs.</param>
    /// <param name="result">[out, in, k, k], written over.</param>
    public static void WeightGradient(IReadOnlyList<(Tensor X, Tensor Gradient)> parts, Tensor result)
    {
        if (WinogradWeightGradient.Pays(parts, result))
        {
            WinogradWeightGradient.Run(parts, result);
            return;
        }

        if (parts.Count > 1 && parts.Sum(part => part.Gradient.numel()) / result.size(0) <= MatrixProduct.ShortDepth)
        {
            // Short sums are taken over all samples at once: to write one, read it and add to it takes as long as the products.
            using var all = NewDisposeScope();
            WeightGradient([(cat([.. parts.Select(part => part.X)]), cat([.. parts.Select(part => part.Gradient)]))], result);
            return;
        }

        // Sums go over the pixels of all samples, so those of a channel are laid side by side.
        var sizes = parts.Select(part => ConvolutionSizes.Of(part.X, result)).ToArray();
        var byChannel = parts.Select(part => part.Gradient.transpose(0, 1).contiguous()).ToArray();
        var target = ProductTarget.Matrix(TensorData.Floats(result), sizes[0].Depth);
        var chunks = sizes[0].Depth / ProductKernel.HalfColumns;
        var products = sizes.Select((size, i) => new ProductPart<TransposedPicturePanels>(
            new(TensorData.Floats(byChannel[i]), size.Samples * size.Pixels, 1), new(TensorData.Floats(parts[i].X), size.Inputs, size.Pixels, size.Taps), size.Samples * size.Pixels)).ToArray();
        if (products.Length == 1)
        {
            MatrixProduct.Multiply(products[0].Factor, products[0].Panels, sizes[0].Outputs, products[0].Depth, chunks, target);
        }
        else
        {
            MatrixProduct.Multiply(products, sizes[0].Outputs, chunks, target);
        }

        Array.ForEach(byChannel, tensor => tensor.Dispose());
    }

    /// <summary>The gradient of the bias, [out].</summary>
    public static Tensor BiasGradient(Tensor gradient) => ChannelSums.OfAll(gradient);

    private static void Spread(Tensor gradient, Tensor weight, Tensor result, ConvolutionSizes size, PictureTaps taps)
    {
        var panels = (size.Chunks + 1) / 2;
        using var packed = Scratch.Take(panels * size.Outputs * ProductKernel.TileColumns);
        var (panel, w, dx) = ((nint)packed.First, (nint)TensorData.Floats(weight), (nint)TensorData.Floats(result));
        var kept = (nint)KeptKernels.FindFactor(weight, forGradient: true);
        var rows = Channels(gradient, size.Outputs, size.Pixels);
        for (var i = 0; i < panels; i++)
        {
            var one = (float*)panel + (i * (nint)size.Outputs * ProductKernel.TileColumns);
            rows.Pack(2 * i, 0, size.Outputs, one);
            // The half of a last panel that is not there repeats what is: nobody reads its sums.
            rows.Pack(Math.Min((2 * i) + 1, size.Chunks - 1), 0, size.Outputs, one + ProductKernel.HalfColumns);
        }

        SharedWork.Over(size.Inputs / KernelSpread.GroupChannels, 2.0 * weight.numel() * size.Samples * size.Pixels,
            (from, to) => new KernelSpread((float*)panel, (float*)w, (float*)kept, (float*)dx, size, taps).Run(from, to));
    }

    private static Tensor Tiled(Tensor pictures, Tensor weight, ConvolutionSizes size, bool turned, float* bias, int asked) =>
        size.HasLargeTiles ? Tiled<LargeTiles>(pictures, weight, turned, bias, asked) : Tiled<SmallTiles>(pictures, weight, turned, bias, asked);

    // The first channels that come out, as many as are asked for.
    private static Tensor Tiled<TTiles>(Tensor pictures, Tensor weight, bool turned, float* bias, int asked)
        where TTiles : struct, IWinogradTiles
    {
        var (rows, columns) = ((int)weight.size(0), (int)weight.size(1));
        var (outputs, inputs) = turned ? (columns, rows) : (rows, columns);
        var convolution = new WinogradConvolution<TTiles>((int)pictures.size(0), inputs, asked, (int)pictures.size(2) * TTiles.Enlargement, (int)pictures.size(3) * TTiles.Enlargement);
        var kernels = KeptKernels.FindKernels<TTiles>(weight, turned);
        var isAllTransformed = kernels is null && !convolution.IsShort;
        using var room = Scratch.Take(isAllTransformed ? WinogradKernels<TTiles>.Size(inputs, outputs) : 0);
        if (isAllTransformed)
        {
            WinogradKernels<TTiles>.Transform(TensorData.Floats(weight), rows, columns, turned, kernels = room.First);
        }

        return convolution.Run(pictures, kernels is null ? new(TensorData.Floats(weight), rows, columns, turned) : new(kernels, WinogradKernels<TTiles>.Place(inputs, outputs)), bias);
    }

    private static RowPanels Channels(Tensor pictures, int channels, int pixels) =>
        new(TensorData.Floats(pictures), pixels, pixels / ProductKernel.HalfColumns, (nint)channels * pixels);
}
