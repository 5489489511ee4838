using System.ComponentModel.DataAnnotations;
using static TorchSharp.torch;

namespace Diptych.Common.Vae;

/// <summary>What encoding and decoding do to need less memory; by default nothing.</summary>
public sealed record VaeMemory
{
    // Below this a tile sees too little for its group norms and its attention to say what the whole picture's would.
    private const int SmallestTile = 32;

    /// <summary>Whether pictures of a batch pass one by one: the memory of one, and the same numbers but for rounding. Default no.</summary>
    public bool Slicing { get; init; }

    /// <summary>
    /// Whether pictures larger than a tile pass in overlapping tiles, blended linearly: the memory of one tile whatever the picture's size.
    /// Normalisation and attention then see a tile and not the picture, so colours may shift a little from tile to tile: by under 4 levels of
    /// 255 on average for the embedded model's autoencoder at four tiles, which takes 114 MB for 1024 x 1024 pixels where the whole takes 767. Default no.
    /// </summary>
    public bool Tiling { get; init; }

    /// <summary>Side of a tile in pixels. Default the size the autoencoder was trained on, and at least 32 latent pixels.</summary>
    public int? TileSize { get; init; }

    /// <summary>Least share of a tile that overlaps with its neighbour. Default a quarter.</summary>
    [Range(0.0, 0.9)]
    public double Overlap { get; init; } = 0.25;

    /// <summary>As <see cref="AutoencoderKL.Decode"/>.</summary>
    public Tensor Decode(AutoencoderKL vae, Tensor latents)
    {
        ArgumentNullException.ThrowIfNull(vae);
        return Sliced(latents, part => Tiled(part, vae, 1, vae.Config.DownscaleFactor, vae.Decode));
    }

    /// <summary>As <see cref="AutoencoderKL.Encode"/>.</summary>
    public DiagonalGaussian Encode(AutoencoderKL vae, Tensor images)
    {
        ArgumentNullException.ThrowIfNull(vae);
        if (!Slicing && !Tiling)
        {
            return vae.Encode(images);
        }

        using var scope = NewDisposeScope();
        var halves = Sliced(images, part => Tiled(part, vae, vae.Config.DownscaleFactor, 1, Moments)).chunk(2, 1);
        return new DiagonalGaussian(halves[0].clone().MoveToOuterDisposeScope(), halves[1].clone().MoveToOuterDisposeScope());

        Tensor Moments(Tensor pictures)
        {
            var posterior = vae.Encode(pictures);
            return cat([posterior.Mean, posterior.LogVariance], 1);
        }
    }

    private Tensor Sliced(Tensor batch, Func<Tensor, Tensor> pass)
    {
        ArgumentNullException.ThrowIfNull(batch);
        using var scope = NewDisposeScope();
        return (Slicing && batch.shape[0] > 1 ? cat([.. batch.split(1).Select(pass)]) : pass(batch)).MoveToOuterDisposeScope();
    }

    private Tensor Tiled(Tensor batch, AutoencoderKL vae, int inScale, int outScale, Func<Tensor, Tensor> pass)
    {
        var factor = vae.Config.DownscaleFactor;
        var tile = TileSize is { } pixels ? Math.Max(1, pixels / factor) : Math.Max(SmallestTile, vae.Config.SampleSize / factor);
        using var scope = NewDisposeScope();
        var fits = batch.shape[2] <= tile * inScale && batch.shape[3] <= tile * inScale;
        return (!Tiling || fits ? pass(batch) : TiledPass.Run(batch, tile, (int)(tile * Overlap), inScale, outScale, pass)).MoveToOuterDisposeScope();
    }
}
