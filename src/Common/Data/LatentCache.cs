using static TorchSharp.torch;

namespace Diptych.Common.Data;

/// <summary>
/// The photos as the VAE sees them: mean and standard deviation of the posterior (Kingma and Welling 2014, eq. 9) of every prepared
/// picture, encoded once. Each training step draws its latents from them anew, which costs a multiplication instead of a VAE pass.
/// </summary>
public sealed class LatentCache : IDisposable
{
    /// <summary>Takes over two tensors [n, C, h, w] of the prepared pictures' posteriors, the variants of one photo one after the other.</summary>
    /// <exception cref="ArgumentException">The shapes differ, or the rows cannot be shared out evenly among the variants.</exception>
    public LatentCache(Tensor mean, Tensor standardDeviation, int variants, double scalingFactor)
    {
        ArgumentNullException.ThrowIfNull(mean);
        ArgumentNullException.ThrowIfNull(standardDeviation);
        ArgumentOutOfRangeException.ThrowIfLessThan(variants, 1);
        if (mean.dim() != 4 || !mean.shape.SequenceEqual(standardDeviation.shape) || mean.shape[0] == 0 || mean.shape[0] % variants != 0)
        {
            throw new ArgumentException(
                $"Means [{string.Join(", ", mean.shape)}] and standard deviations [{string.Join(", ", standardDeviation.shape)}] are not those of {variants} variants each of some photos.", nameof(mean));
        }

        (Mean, StandardDeviation, Variants, ScalingFactor) = (mean.DetachFromDisposeScope(), standardDeviation.DetachFromDisposeScope(), variants, scalingFactor);
    }

    /// <summary>Means of the posteriors, unscaled, [photos x variants, C, h, w].</summary>
    public Tensor Mean { get; }

    /// <summary>Standard deviations of the posteriors, unscaled, of the same shape.</summary>
    public Tensor StandardDeviation { get; }

    /// <summary>Prepared pictures per photo: 1, or 2 where flips are cached too.</summary>
    public int Variants { get; }

    /// <summary>What latents are multiplied with before they are noised, so that their variance is about 1 (Rombach et al. 2022, appendix G).</summary>
    public double ScalingFactor { get; }

    /// <summary>Number of photos.</summary>
    public int Photos => (int)Mean.shape[0] / Variants;

    /// <summary>Encodes prepared pictures on a device, without gradients.</summary>
    /// <param name="prepared">Pictures of one size; the variants of one photo follow each other.</param>
    /// <param name="variants">Prepared pictures per photo.</param>
    /// <param name="encode">From pictures [n, 3, H, W] in [-1, 1] to mean and standard deviation [n, C, h, w].</param>
    /// <param name="scalingFactor">The VAE's scaling factor.</param>
    /// <param name="device">Where to encode and keep the posteriors.</param>
    /// <param name="batchSize">Pictures encoded at once. Default 1: the VAE's activations are what fills a small GPU.</param>
    public static LatentCache Encode(
        IReadOnlyList<RgbImage> prepared, int variants, Func<Tensor, (Tensor Mean, Tensor StandardDeviation)> encode, double scalingFactor, Device device, int batchSize = 1)
    {
        ArgumentNullException.ThrowIfNull(encode);
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var means = new List<Tensor>();
        var deviations = new List<Tensor>();
        foreach (var batch in prepared.Chunk(batchSize))
        {
            using var step = NewDisposeScope();
            var (mean, deviation) = encode(ImageTensor.FromImages(batch).to(device));
            means.Add(mean.to(ScalarType.Float32).MoveToOuterDisposeScope());
            deviations.Add(deviation.to(ScalarType.Float32).MoveToOuterDisposeScope());
        }

        return new LatentCache(cat(means), cat(deviations), variants, scalingFactor);
    }

    /// <summary>The row of a photo's variant in <see cref="Mean"/> and <see cref="StandardDeviation"/>.</summary>
    public long Row(int photo, int variant = 0)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)photo, (uint)Photos, nameof(photo));
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)variant, (uint)Variants, nameof(variant));
        return ((long)photo * Variants) + variant;
    }

    /// <summary>Latents ready to be noised: (mean + standard deviation x <paramref name="eps"/>) x scaling factor.</summary>
    /// <param name="rows">Rows to draw from, int64 [b], on the cache's device.</param>
    /// <param name="eps">Standard normal numbers [b, C, h, w], on the cache's device.</param>
    public Tensor Sample(Tensor rows, Tensor eps)
    {
        using var scope = NewDisposeScope();
        var latents = (Mean.index_select(0, rows) + (StandardDeviation.index_select(0, rows) * eps)) * ScalingFactor;
        return latents.MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Mean.Dispose();
        StandardDeviation.Dispose();
    }
}
