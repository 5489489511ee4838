using Diptych.Common.Metrics;
using Diptych.Lab.Judges;
using static TorchSharp.torch;

namespace Diptych.Lab.Verification;

/// <summary>Whether drawn pictures are as crisp as the autoencoder allows, and not blobs that a lenient judge accepts.</summary>
public static class PictureStatistics
{
    /// <summary>What was found.</summary>
    /// <param name="DrawnKid">Kernel distance (KID, on mini-DINO's features scaled by the root of their number) of drawn pictures from held-out renders.</param>
    /// <param name="RoundTripKid">The same of other renders' autoencoder round trips: what no generator behind this autoencoder can be better than.</param>
    /// <param name="EdgeRatio">Edge energy of the drawn pictures relative to that of the round trips.</param>
    public sealed record Result(double DrawnKid, double RoundTripKid, double EdgeRatio);

    /// <summary>Compares pictures [n, 3, h, w] in [-1, 1].</summary>
    /// <param name="dino">Gives the features.</param>
    /// <param name="drawn">Pictures the model drew of captions.</param>
    /// <param name="roundTrips">Round trips of the same captions' renders.</param>
    /// <param name="heldOut">Renders of other captions.</param>
    public static Result Compare(MiniDinoJudge dino, Tensor drawn, Tensor roundTrips, Tensor heldOut)
    {
        ArgumentNullException.ThrowIfNull(dino);
        using var scope = NewDisposeScope();
        Tensor Features(Tensor pictures)
        {
            var features = dino.Features(pictures);
            return features * Math.Sqrt(features.shape[1]);
        }

        var real = Features(heldOut);
        return new Result(
            KernelDistance.Squared(Features(drawn), real),
            KernelDistance.Squared(Features(roundTrips), real),
            PictureQuality.EdgeEnergy(drawn).Average() / PictureQuality.EdgeEnergy(roundTrips).Average());
    }
}
