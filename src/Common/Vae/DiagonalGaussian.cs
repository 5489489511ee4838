using static TorchSharp.torch;

namespace Diptych.Common.Vae;

/// <summary>What the encoder says of a picture: an independent normal distribution for every latent number (Kingma and Welling 2014).</summary>
/// <param name="Mean">Means [n, latent channels, h, w], not scaled.</param>
/// <param name="LogVariance">Logarithms of the variances, the same shape, between -30 and 20.</param>
public sealed record DiagonalGaussian(Tensor Mean, Tensor LogVariance)
{
    /// <summary>Standard deviations, computed anew at each call; the caller owns them.</summary>
    public Tensor StandardDeviation
    {
        get
        {
            using var half = LogVariance * 0.5;
            return half.exp();
        }
    }

    /// <summary>Mean + standard deviation x <paramref name="eps"/>, with eps drawn from N(0, 1) in the shape of <see cref="Mean"/>.</summary>
    public Tensor Sample(Tensor eps)
    {
        using var deviation = StandardDeviation;
        using var offset = deviation * eps;
        return Mean + offset;
    }
}
