using Diptych.Common.Products;
using Diptych.Common.Runtime;
using static TorchSharp.torch;

namespace Diptych.Tests.Common.Products;

/// <summary>Convolutions by tiles against libtorch's in fp64.</summary>
public sealed class WinogradConvolutionTests : OwnProductsEverywhere
{
    // Small tiles cost no digit of fp32's seven, large ones one.
    private const double Small = 2e-6;
    private const double Large = 4e-5;

    public static TheoryData<int, int, int, int, int> Sizes => new()
    {
        // Whole pictures of one tile of the larger kind, several at once; of fewer tiles than a strip has at least.
        { 33, 176, 176, 4, 4 },
        { 3, 16, 48, 4, 4 },
        // Rows of fewer pixels than are laid at a time.
        { 5, 64, 32, 8, 8 },
        { 2, 32, 16, 4, 12 },
        // Strips of several rows of tiles, the last of them lower than the others.
        { 2, 96, 80, 16, 16 },
        { 1, 320, 32, 20, 32 },
        { 1, 32, 32, 64, 128 },
        // Deeper than a block of depth.
        { 2, 304, 16, 16, 16 },
    };

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Both_kinds_of_tiles_make_the_convolution_and_its_inputs_gradient(int pictures, int inputs, int outputs, int height, int width)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var random = new RandomStream(11, RandomPurpose.Other);
        Tensor x = random.Normal(pictures, inputs, height, width), dy = random.Normal(pictures, outputs, height, width);
        Tensor weight = random.Normal(outputs, inputs, 3, 3), bias = random.Normal(outputs);
        Tensor Wide(Tensor numbers) => numbers.to_type(ScalarType.Float64);

        var forward = nn.functional.conv2d(Wide(x), Wide(weight), Wide(bias), padding: [1L, 1L]);
        var backward = nn.functional.conv_transpose2d(Wide(dy), Wide(weight), padding: [1L, 1L]);

        Close.OfLargest(forward, Run<SmallTiles>(x, weight, bias, turned: false), Small);
        Close.OfLargest(backward, Run<SmallTiles>(dy, weight, null, turned: true), Small);
        Close.OfLargest(forward, Run<LargeTiles>(x, weight, bias, turned: false), Large);
        Close.OfLargest(backward, Run<LargeTiles>(dy, weight, null, turned: true), Large);
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Tiles_of_an_enlarged_picture_make_its_convolution_without_enlarging_it(int pictures, int inputs, int outputs, int height, int width)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var random = new RandomStream(13, RandomPurpose.Other);
        Tensor x = random.Normal(pictures, inputs, height, width), weight = random.Normal(outputs, inputs, 3, 3), bias = random.Normal(outputs);
        Tensor Wide(Tensor numbers) => numbers.to_type(ScalarType.Float64);

        var expected = nn.functional.conv2d(EnlargingProduct.Enlarge(Wide(x)), Wide(weight), Wide(bias), padding: [1L, 1L]);

        Close.OfLargest(expected, Run<EnlargedTiles>(x, weight, bias, turned: false), Small);
    }

    [Fact]
    public void However_many_kernels_there_are_a_large_picture_goes_by_tiles_and_comes_out_right()
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var random = new RandomStream(14, RandomPurpose.Other);
        Tensor x = random.Normal(1, 640, 16, 16), dy = random.Normal(1, 560, 16, 16), weight = random.Normal(560, 640, 3, 3);
        Assert.Equal(get_num_threads() <= 2, ConvolutionSizes.CanTile(x, weight));

        Close.OfLargest(nn.functional.conv2d(x.to_type(ScalarType.Float64), weight.to_type(ScalarType.Float64), padding: [1L, 1L]), ConvolutionProduct.Forward(x, weight, null), Large);
        Close.OfLargest(
            nn.functional.conv_transpose2d(dy.to_type(ScalarType.Float64), weight.to_type(ScalarType.Float64), padding: [1L, 1L]), ConvolutionProduct.InputGradient(dy, weight), Large);
    }

    // A picture of 8x8 is sixteen tiles, one of 4x4 four; of the latter only half a panel is there.
    [Theory]
    [InlineData(1, 8, true)]
    [InlineData(1, 4, false)]
    [InlineData(3, 4, false)]
    [InlineData(4, 4, true)]
    public void Of_many_kernels_and_few_pixels_the_gradient_goes_by_tiles_where_there_are_enough(int pictures, int side, bool isTiled)
    {
        // Sums of up to 2,880 products, in fp32 as they are.
        const double Deep = 2 * Small;
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var random = new RandomStream(15, RandomPurpose.Other);
        Tensor x = random.Normal(pictures, 320, side, side), dy = random.Normal(pictures, 208, side, side), weight = random.Normal(208, 320, 3, 3);
        Assert.Equal((false, isTiled && get_num_threads() <= 2), (ConvolutionSizes.Of(x, weight).IsTiled, ConvolutionSizes.OfGradient(dy, weight).IsTiled));

        Close.OfLargest(nn.functional.conv2d(x.to_type(ScalarType.Float64), weight.to_type(ScalarType.Float64), padding: [1L, 1L]), ConvolutionProduct.Forward(x, weight, null), Deep);
        Close.OfLargest(
            nn.functional.conv_transpose2d(dy.to_type(ScalarType.Float64), weight.to_type(ScalarType.Float64), padding: [1L, 1L]), ConvolutionProduct.InputGradient(dy, weight), Deep);
    }

    [Fact]
    public void Threads_change_no_bit()
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var random = new RandomStream(12, RandomPurpose.Other);
        Tensor x = random.Normal(3, 64, 16, 16), weight = random.Normal(48, 64, 3, 3);
        var before = get_num_threads();
        try
        {
            set_num_threads(1);
            var (one, enlarged) = (Run<LargeTiles>(x, weight, null, turned: false), Run<EnlargedTiles>(x, weight, null, turned: false));
            set_num_threads(2);
            Assert.True(one.equal(Run<LargeTiles>(x, weight, null, turned: false)).all().item<bool>());
            Assert.True(enlarged.equal(Run<EnlargedTiles>(x, weight, null, turned: false)).all().item<bool>());
        }
        finally
        {
            set_num_threads(before);
        }
    }

    private static unsafe Tensor Run<TTiles>(Tensor pictures, Tensor weight, Tensor? bias, bool turned)
        where TTiles : struct, IWinogradTiles
    {
        var (rows, columns) = ((int)weight.size(0), (int)weight.size(1));
        var (outputs, inputs) = turned ? (columns, rows) : (rows, columns);
        var room = empty([WinogradKernels<TTiles>.Size(inputs, outputs) + ProductKernel.HalfColumns], dtype: ScalarType.Float32);
        var kernels = MatrixProduct.Aligned(TensorData.Floats(room));
        WinogradKernels<TTiles>.Transform(TensorData.Floats(weight), rows, columns, turned, kernels);
        var convolution = new WinogradConvolution<TTiles>((int)pictures.size(0), inputs, outputs, (int)pictures.size(2) * TTiles.Enlargement, (int)pictures.size(3) * TTiles.Enlargement);
        var added = bias is null ? null : TensorData.Floats(bias);
        var result = convolution.Run(pictures, new TileKernels<TTiles>(kernels, WinogradKernels<TTiles>.Place(inputs, outputs)), added);
        // Kernels that are transformed panel by panel are the same.
        Assert.True(result.equal(convolution.Run(pictures, new TileKernels<TTiles>(TensorData.Floats(weight), rows, columns, turned), added)).all().item<bool>());
        return result;
    }
}
