using Diptych.Common.Runtime;
using Diptych.Common.Vae;
using static TorchSharp.torch;

namespace Diptych.Lab.Pretraining;

/// <summary>Pictures through the released autoencoder and back: what the generator's best picture could look like.</summary>
internal static class RoundTrips
{
    private const int BatchSize = 64;

    /// <summary>Bytes [n, 128, 128, 3] of the first <paramref name="count"/> pictures after a round trip through the mean of their latents.</summary>
    public static Tensor Of(WorldPictures pictures, int count, AutoencoderKL vae, StageContext context)
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        var parts = new List<Tensor>();
        for (var start = 0; start < count; start += BatchSize)
        {
            context.Cancellation.ThrowIfCancellationRequested();
            using var batchScope = NewDisposeScope();
            using var autocast = Autocast.For(context.Device, context.Precision);
            parts.Add(WorldPictures.ToBytes(vae.forward(pictures.Slice(start, Math.Min(BatchSize, count - start)))).MoveToOuterDisposeScope());
            context.Progress("round trips", Math.Min(count, start + BatchSize), count);
        }

        return cat(parts).MoveToOuterDisposeScope();
    }
}
