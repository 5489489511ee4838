using System.Security.Cryptography;
using System.Text;
using Diptych.Common.Data;
using Diptych.Common.Pipelines;
using Diptych.Common.Runtime;
using Diptych.Common.Unet;
using static TorchSharp.torch;

namespace Diptych.Common.Training;

/// <summary>
/// Photos as latents. Each photo (and its mirror image, where flips are asked for) is encoded once into the posterior's mean and standard deviation,
/// and a latent is drawn anew from them every time: the same distribution as encoding every step, without the encoder.
/// Random crops have no such finite set, so those are encoded as they are drawn.
/// </summary>
public sealed class PhotoLatents : IDisposable
{
    private readonly StableDiffusion _sd;
    private readonly PhotoSet _photos;
    private readonly ImageTransform _transform;
    private readonly long _seed;
    private readonly LatentCache? _cache;

    private PhotoLatents(StableDiffusion sd, PhotoSet photos, ImageTransform transform, long seed, LatentCache? cache) =>
        (_sd, _photos, _transform, _seed, _cache) = (sd, photos, transform, seed, cache);

    /// <summary>Photos.</summary>
    public int Count => _photos.Photos.Count;

    /// <summary>SHA-256 over the photos' pixels, the transform and the autoencoder: what the latents come from.</summary>
    public string Key
    {
        get
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            hash.AppendData(Encoding.UTF8.GetBytes($"{_transform.Key};vae={_sd.Source.Hash("vae")};"));
            foreach (var image in _photos.Photos.Select(p => p.Image))
            {
                hash.AppendData(Encoding.UTF8.GetBytes($"{image.Width}x{image.Height};"));
                hash.AppendData(image.Pixels);
            }

            return Convert.ToHexStringLower(hash.GetHashAndReset());
        }
    }

    /// <summary>Prepares and, where possible, encodes the photos.</summary>
    public static PhotoLatents Create(StableDiffusion sd, PhotoSet photos, ImageTransform transform, long seed)
    {
        ArgumentNullException.ThrowIfNull(sd);
        ArgumentNullException.ThrowIfNull(photos);
        ArgumentNullException.ThrowIfNull(transform);
        if (transform.Size % sd.Vae.Config.DownscaleFactor != 0)
        {
            throw new DiptychException($"--resolution {transform.Size} is no multiple of {sd.Vae.Config.DownscaleFactor}, which this model's autoencoder needs: choose one that is.");
        }

        return new PhotoLatents(sd, photos, transform, seed, transform.Variants is { } variants ? Encode(sd, photos, transform, variants) : null);
    }

    private static LatentCache Encode(StableDiffusion sd, PhotoSet photos, ImageTransform transform, IReadOnlyList<TransformChoice> variants) => LatentCache.Encode(
        [.. photos.Photos.SelectMany(p => variants.Select(v => transform.Apply(p.Image, v)))],
        variants.Count,
        pixels =>
        {
            var posterior = sd.Vae.Standardise(sd.Vae.Encode(pixels));
            return (posterior.Mean, posterior.StandardDeviation);
        },
        sd.Vae.Config.ScalingFactor,
        sd.Device);

    /// <summary>Draws the latents of a pass as the UNet sees them, [n, C, h, w], and what it is told of the photos' sizes.</summary>
    /// <param name="order">Purpose naming the order of these photos.</param>
    /// <param name="pass">The pass.</param>
    /// <param name="repeats">How often each photo counts in an epoch.</param>
    /// <param name="firstSample">Number of the first sample's random streams.</param>
    public PhotoDraw Draw(RandomPurpose order, MicroBatch pass, int repeats, int firstSample)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var sequence = new SeededOrder(_seed, Count * repeats, order);
        var photos = Enumerable.Range(0, pass.Count).Select(i => sequence.At(pass.FirstPosition + i) % Count).ToArray();
        var choices = photos.Select((photo, i) => _transform.Draw(
            _photos.Photos[photo].Image.Width, _photos.Photos[photo].Image.Height, new RandomStream(_seed, RandomPurpose.Augmentation, pass.Index, firstSample + i))).ToArray();
        var side = _transform.Size / _sd.Vae.Config.DownscaleFactor;
        var eps = NoiseDraws.Normal(_seed, RandomPurpose.Posterior, pass, firstSample, pass.Count, _sd.Vae.Config.LatentChannels, side, side).SentTo(_sd.Device);
        var sizes = photos.Select((photo, i) => Sizes(_photos.Photos[photo].Image, choices[i])).ToArray();
        if (_cache is not null)
        {
            var rows = photos.Select((photo, i) => _cache.Row(photo, choices[i].Flip ? 1 : 0)).ToArray();
            return new PhotoDraw(_cache.Sample(tensor(rows, device: _sd.Device), eps).MoveToOuterDisposeScope(), sizes);
        }

        var pixels = ImageTensor.FromImages([.. photos.Select((photo, i) => _transform.Apply(_photos.Photos[photo].Image, choices[i]))]).to(_sd.Device);
        return new PhotoDraw(_sd.Vae.Scale(_sd.Vae.Encode(pixels).Sample(eps)).MoveToOuterDisposeScope(), sizes);
    }

    private SizeConditioning Sizes(RgbImage photo, TransformChoice choice)
    {
        var window = _transform.Window(photo.Width, photo.Height, choice);
        return new SizeConditioning(photo.Height, photo.Width, window.Top, window.Left, window.Height, window.Width);
    }

    /// <inheritdoc/>
    public void Dispose() => _cache?.Dispose();
}
