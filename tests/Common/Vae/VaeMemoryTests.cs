using Diptych.Common.Data;
using Diptych.Common.Vae;
using static TorchSharp.torch;

namespace Diptych.Tests.Common.Vae;

public sealed class VaeMemoryTests : IDisposable
{
    private readonly AutoencoderKL _vae = AutoencoderKL.Load(Path.Combine(Fixtures.Repository, "models", "lab", "model", "vae"));
    private readonly TorchSharp.DisposeScope _scope = NewDisposeScope();

    public void Dispose()
    {
        _scope.Dispose();
        _vae.Dispose();
    }

    [Fact]
    public void Nothing_is_changed_by_default_nor_where_a_picture_fits_into_a_tile()
    {
        using var noGradient = no_grad();
        var picture = Pictures(2, 128, 128);
        var whole = _vae.Encode(picture);

        foreach (var memory in (VaeMemory[])[new(), new() { Tiling = true }])
        {
            var posterior = memory.Encode(_vae, picture);
            Assert.Equal(0, Close.MaxDifference(whole.Mean, posterior.Mean));
            Assert.Equal(0, Close.MaxDifference(whole.LogVariance, posterior.LogVariance));
            Assert.Equal(0, Close.MaxDifference(_vae.Decode(whole.Mean), memory.Decode(_vae, whole.Mean)));
        }
    }

    [Fact]
    public void Slices_give_the_same_pictures_but_for_rounding()
    {
        using var noGradient = no_grad();
        var (picture, memory) = (Pictures(3, 64, 96), new VaeMemory { Slicing = true });
        var whole = _vae.Encode(picture);

        var posterior = memory.Encode(_vae, picture);

        Close.OfLargest(whole.Mean, posterior.Mean, 1e-5, "means");
        Close.OfLargest(whole.LogVariance, posterior.LogVariance, 1e-5, "logarithms of variances");
        Close.Absolute(_vae.Decode(whole.Mean), memory.Decode(_vae, whole.Mean), 1e-4, "pictures");
    }

    [Theory]
    [InlineData(256, 256)]
    [InlineData(136, 264)]
    public void Tiles_give_the_whole_picture_within_the_stated_tolerance(int height, int width)
    {
        using var noGradient = no_grad();
        var (picture, memory) = (Pictures(1, height, width), new VaeMemory { Tiling = true, TileSize = 128 });
        var whole = _vae.Encode(picture);

        var posterior = memory.Encode(_vae, picture);
        var decoded = memory.Decode(_vae, whole.Mean);

        // Group norms see a tile's statistics instead of the picture's. In levels of 255: 4 on average, as the documentation states.
        Assert.Equal(picture.shape, decoded.shape);
        Assert.Equal(whole.Mean.shape, posterior.Mean.shape);
        var difference = (decoded - _vae.Decode(whole.Mean)).abs();
        Assert.InRange(difference.mean().item<float>() * 127.5, 0, 4);
        Assert.InRange((posterior.Mean - whole.Mean).abs().mean().item<float>() / whole.Mean.std().item<float>(), 0, 0.1);
        Assert.True(posterior.LogVariance.isfinite().all().item<bool>());
    }

    [Fact]
    public void Tiles_overlap_without_a_seam_where_the_network_is_the_same_everywhere()
    {
        // What a place becomes does not depend on its tile here, so blending must give the place itself.
        var picture = randn(2, 3, 48, 80);

        var scaled = TiledPass.Run(picture, 4, 1, 8, 8, tile => 2 * tile);

        Close.Absolute(2 * picture, scaled, 1e-5);
    }

    [Fact]
    public void Tiling_leaves_nothing_behind()
    {
        using var noGradient = no_grad();
        var memory = new VaeMemory { Tiling = true, TileSize = 64, Slicing = true };
        var latents = zeros(2, _vae.Config.LatentChannels, 10, 12);
        memory.Decode(_vae, latents).Dispose();
        var before = TorchSharp.DisposeScopeManager.Statistics.ThreadTotalLiveCount;

        memory.Decode(_vae, latents).Dispose();

        Assert.Equal(before, TorchSharp.DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [Fact]
    public void Tiles_and_slices_need_a_fraction_of_the_memory()
    {
        using var noGradient = no_grad();
        var (large, many) = (zeros(1, _vae.Config.LatentChannels, 128, 128), zeros(8, _vae.Config.LatentChannels, 32, 32));
        long Peak(VaeMemory memory, Tensor latents)
        {
            memory.Decode(_vae, latents).Dispose();
            // Whatever else the process does meanwhile only adds, so the least of a few is the nearest.
            return Enumerable.Range(0, 4).Min(_ => PeakMemory.Of(() => memory.Decode(_vae, latents).Dispose()));
        }

        var (whole, tiled) = (Peak(new(), large), Peak(new() { Tiling = true }, large));
        var (batch, sliced) = (Peak(new(), many), Peak(new() { Slicing = true }, many));

        // Sixteen tiles and more: a sixteenth of the activations, the picture itself, and what the allocator keeps between tiles (a sixth to over a
        // quarter of the whole was measured).
        Assert.InRange(tiled, 0, whole / 3);
        Assert.InRange(sliced, 0, batch / 2);
    }

    // Photographs of the embedded world, enlarged: the network was trained on such, and only there is a tolerance worth stating.
    private static Tensor Pictures(int count, int height, int width)
    {
        var files = Directory.GetFiles(Path.Combine(Fixtures.Repository, "models", "lab", "subjects", "off-palette-dog", "references")).Order(StringComparer.Ordinal).Take(count);
        return ImageTensor.FromImages([.. files.Select(f => Resampler.Resize(Photo.Load(f).Image, width, height, Resampling.Lanczos))]);
    }
}
