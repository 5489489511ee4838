using Diptych.Common.Data;
using TorchSharp;
using static TorchSharp.torch;

namespace Diptych.Tests.Common.Data;

public sealed class LatentCacheTests : IDisposable
{
    private static readonly ImageTransform Transform = new() { Size = 16, RandomFlip = true };
    private readonly TemporaryFolder _folder = new();
    private readonly IReadOnlyList<RgbImage> _prepared =
        Transform.ApplyVariants([Pictures.Gradient(40, 30), Pictures.Gradient(16, 31), RgbImage.Filled(20, 20, 9, 90, 200)]);

    private int _encoded;

    private string File => Path.Combine(_folder.Root, "latents.safetensors");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Every_variant_of_every_photo_has_its_row()
    {
        using var cache = Encode(batchSize: 4);
        Assert.Equal((3, 2, 6), (cache.Photos, cache.Variants, (int)cache.Mean.shape[0]));
        Assert.Equal(3, cache.Row(1, 1));
        using var flipped = ToyEncoder(ImageTensor.FromImage(Transform.Apply(Pictures.Gradient(16, 31), new TransformChoice(null, null, true)))).Mean;
        Close.Absolute(flipped[0], cache.Mean[cache.Row(1, 1)], 0);
        Assert.Throws<ArgumentOutOfRangeException>(() => cache.Row(3));
        Assert.Throws<ArgumentOutOfRangeException>(() => cache.Row(0, 2));
    }

    [Fact]
    public void Batches_of_any_size_encode_alike()
    {
        using var one = Encode(batchSize: 1);
        using var four = Encode(batchSize: 4);
        Close.Absolute(one.Mean, four.Mean, 0);
        Close.Absolute(one.StandardDeviation, four.StandardDeviation, 0);
        Assert.Equal(6 + 2, _encoded);
    }

    [Fact]
    public void A_sample_is_mean_plus_deviation_times_noise_all_scaled()
    {
        using var cache = new LatentCache(tensor(new[] { 1f, 2f, 3f }).reshape(3, 1, 1, 1), tensor(new[] { 0.5f, 4f, 0.25f }).reshape(3, 1, 1, 1), 1, 0.5);
        using var latents = cache.Sample(tensor(new[] { 2L, 0L, 2L }), tensor(new[] { 2f, -1f, 0f }).reshape(3, 1, 1, 1));
        Assert.Equal([(3 + 0.5f) * 0.5f, (1 - 0.5f) * 0.5f, 1.5f], latents.flatten().data<float>().ToArray());
    }

    [Fact]
    public void Encoding_and_sampling_leave_no_tensors_behind()
    {
        using var cache = Encode();
        using var rows = tensor(new[] { 0L, 5L });
        using var eps = zeros(2, 4, 2, 2);
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        using (Encode())
        {
            Assert.Equal(before + 2, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
        }

        for (var i = 0; i < 5; i++)
        {
            cache.Sample(rows, eps).Dispose();
        }

        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [Fact]
    public void Posteriors_carry_no_gradient_even_when_the_encoder_could()
    {
        using var weight = ones(1, requires_grad: true);
        using var cache = LatentCache.Encode(_prepared, 2, x => (x * weight, x * weight), 1, CPU);
        Assert.False(cache.Mean.requires_grad);
    }

    [Fact]
    public void A_cache_outlives_the_scope_it_was_made_in()
    {
        LatentCache cache;
        using (NewDisposeScope())
        {
            cache = Encode();
        }

        Assert.Equal(6, cache.Mean.shape[0]);
        Assert.False(cache.Mean.IsInvalid);
        cache.Dispose();
    }

    [Fact]
    public void A_file_with_the_right_key_is_read_instead_of_encoding()
    {
        using var first = Open("vae").Cache;
        var calls = _encoded;
        var again = Open("vae");
        using var cache = again.Cache;
        Assert.True(again.Reused);
        Assert.Null(again.Warning);
        Assert.Equal(calls, _encoded);
        Close.Absolute(first.Mean, cache.Mean, 0);
        Close.Absolute(first.StandardDeviation, cache.StandardDeviation, 0);
        Assert.Equal((2, 0.18215), (cache.Variants, cache.ScalingFactor));
    }

    [Fact]
    public void Another_vae_means_encoding_again_without_a_warning()
    {
        Open("vae").Cache.Dispose();
        var other = Open("another vae");
        Assert.False(other.Reused);
        Assert.Null(other.Warning);
        Assert.True(Open("another vae").Reused);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    [InlineData(200)]
    [InlineData(-3)]
    public void A_cut_off_file_is_replaced_with_a_warning(int length)
    {
        Open("vae").Cache.Dispose();
        var content = System.IO.File.ReadAllBytes(File);
        System.IO.File.WriteAllBytes(File, length < 0 ? content[..^-length] : content[..length]);
        Replaced();
    }

    [Fact]
    public void A_file_with_a_changed_number_is_replaced_with_a_warning()
    {
        Open("vae").Cache.Dispose();
        var content = System.IO.File.ReadAllBytes(File);
        content[^5] ^= 1;
        System.IO.File.WriteAllBytes(File, content);
        Replaced();
    }

    [Fact]
    public void The_key_changes_with_pixels_order_transform_and_vae()
    {
        RgbImage a = Pictures.Gradient(16, 16), b = a.FlipHorizontally();
        string[] keys =
        [
            LatentCacheFile.Key([a, b], Transform, "v"), LatentCacheFile.Key([b, a], Transform, "v"), LatentCacheFile.Key([a], Transform, "v"),
            LatentCacheFile.Key([a, b], Transform with { Filter = Resampling.Box }, "v"), LatentCacheFile.Key([a, b], Transform, "w"),
            LatentCacheFile.Key([new RgbImage(8, 32, a.Pixels), b], Transform, "v"),
        ];
        Assert.Equal(keys.Length, keys.Distinct().Count());
        Assert.Equal(keys[0], LatentCacheFile.Key([Pictures.Gradient(16, 16), b], Transform with { }, "v"));
    }

    [Fact]
    public void Tensors_that_do_not_fit_together_are_refused()
    {
        Assert.Throws<ArgumentException>(() => new LatentCache(zeros(3, 4, 2, 2), zeros(3, 4, 2, 2), 2, 1));
        Assert.Throws<ArgumentException>(() => new LatentCache(zeros(2, 4, 2, 2), zeros(2, 4, 2, 3), 1, 1));
        Assert.Throws<InvalidOperationException>(() => ImageTransform.DreamBoothParity(16).ApplyVariants(_prepared));
    }

    private void Replaced()
    {
        var outcome = Open("vae");
        using var cache = outcome.Cache;
        Assert.False(outcome.Reused);
        Assert.StartsWith(File, outcome.Warning, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', outcome.Warning!);
        Assert.True(Open("vae").Reused);
    }

    private LatentCacheOutcome Open(string vae) =>
        LatentCacheFile.OpenOrEncode(File, LatentCacheFile.Key(_prepared, Transform, vae), CPU, () => Encode());

    private LatentCache Encode(int batchSize = 1) => LatentCache.Encode(_prepared, 2, ToyEncoder, 0.18215, CPU, batchSize);

    /// <summary>Block means as means, something positive as deviations: [n, 3, 16, 16] to [n, 4, 2, 2].</summary>
    private (Tensor Mean, Tensor StandardDeviation) ToyEncoder(Tensor images)
    {
        _encoded++;
        var blocks = nn.functional.avg_pool2d(images, 8);
        var mean = cat([blocks, blocks.sum(1, keepdim: true)], 1);
        return (mean, (mean * 0.5).exp());
    }
}
