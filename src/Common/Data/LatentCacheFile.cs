using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Diptych.Common.Weights;
using static TorchSharp.torch;

namespace Diptych.Common.Data;

/// <summary>A latent cache on disk. It is only ever a copy of what can be computed again: a stale or damaged file is replaced, not trusted.</summary>
public static class LatentCacheFile
{
    private const string KeyName = "cache_key";
    private const string VariantsName = "variants";
    private const string ScalingName = "scaling_factor";
    private const string ContentName = "content_sha256";

    /// <summary>Names the posteriors of prepared pictures under a VAE: SHA-256 over pixels and sizes, the transform's key, and the VAE's hash.</summary>
    public static string Key(IReadOnlyList<RgbImage> prepared, ImageTransform transform, string vaeHash)
    {
        ArgumentNullException.ThrowIfNull(prepared);
        ArgumentNullException.ThrowIfNull(transform);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        // Lengths first, so that no two inputs run together into the same bytes.
        hash.AppendData(Encoding.UTF8.GetBytes($"{prepared.Count}\n{transform.Key}\n{vaeHash}\n"));
        foreach (var picture in prepared)
        {
            hash.AppendData(Encoding.UTF8.GetBytes($"{picture.Width}x{picture.Height}\n"));
            hash.AppendData(picture.Pixels);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>The cache of a file where its key is the wanted one; else what <paramref name="encode"/> gives, which is then written to the file.</summary>
    /// <param name="path">The file; it need not exist.</param>
    /// <param name="key">The wanted <see cref="Key"/>.</param>
    /// <param name="device">Where the posteriors are to lie.</param>
    /// <param name="encode">Computes the cache.</param>
    /// <exception cref="DiptychException">The file cannot be written.</exception>
    public static LatentCacheOutcome OpenOrEncode(string path, string key, Device device, Func<LatentCache> encode)
    {
        ArgumentNullException.ThrowIfNull(encode);
        var (kept, warning) = File.Exists(path) ? TryRead(path, key, device) : (null, null);
        if (kept is not null)
        {
            return new LatentCacheOutcome(kept, true, null);
        }

        var cache = encode();
        Write(path, key, cache);
        return new LatentCacheOutcome(cache, false, warning);
    }

    /// <summary>Writes the cache under its key, whole or not at all.</summary>
    /// <exception cref="DiptychException">The file cannot be written.</exception>
    public static void Write(string path, string key, LatentCache cache)
    {
        ArgumentNullException.ThrowIfNull(cache);
        using var scope = NewDisposeScope();
        var (mean, deviation) = (cache.Mean.cpu().contiguous(), cache.StandardDeviation.cpu().contiguous());
        SafetensorsWriter.Write(
            path,
            [new("mean", mean), new("standard_deviation", deviation)],
            new Dictionary<string, string>
            {
                [KeyName] = key,
                [VariantsName] = cache.Variants.ToString(CultureInfo.InvariantCulture),
                [ScalingName] = cache.ScalingFactor.ToString("R", CultureInfo.InvariantCulture),
                [ContentName] = ContentHash(mean, deviation),
            });
    }

    private static (LatentCache? Cache, string? Warning) TryRead(string path, string key, Device device)
    {
        try
        {
            using var file = SafetensorsFile.Open(path);
            if (file.Metadata.GetValueOrDefault(KeyName) != key)
            {
                // Other photos, another transform or another VAE: nothing to warn about.
                return (null, null);
            }

            using var scope = NewDisposeScope();
            var (mean, deviation) = (file.Read("mean"), file.Read("standard_deviation"));
            if (ContentHash(mean, deviation) != file.Metadata[ContentName])
            {
                throw new FormatException("its numbers are not those that were written");
            }

            return (new LatentCache(
                mean.to(device),
                deviation.to(device),
                int.Parse(file.Metadata[VariantsName], CultureInfo.InvariantCulture),
                double.Parse(file.Metadata[ScalingName], CultureInfo.InvariantCulture)), null);
        }
        catch (Exception error) when (error is DiptychException or ArgumentException or KeyNotFoundException or FormatException)
        {
            return (null, $"{path}: the latent cache is damaged and was made again ({error.Message.ReplaceLineEndings(" ").TrimEnd('.')}).");
        }
    }

    private static string ContentHash(Tensor mean, Tensor deviation)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(mean.bytes);
        hash.AppendData(deviation.bytes);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
