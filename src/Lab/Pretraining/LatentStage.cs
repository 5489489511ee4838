using System.Globalization;
using Diptych.Common.Runtime;
using Diptych.Common.Vae;
using Diptych.Common.Weights;
using static TorchSharp.torch;

namespace Diptych.Lab.Pretraining;

/// <summary>Every training picture's latents, mean and deviation, encoded once: the denoiser then never sees a pixel.</summary>
internal static class LatentStage
{
    private const int BatchSize = 32;
    private const string Key = "moments";

    // A hat is little of what a subject shows; counted once, it was drawn in a fifth of the pictures that ask for one.
    private const double AccessoryShare = 3;

    /// <summary>Scaled means and deviations, fp16 [n, 2 C, 16, 16] on the device; read from the work folder where they were made before.</summary>
    public static Tensor Run(StageContext context, WorldPictures pictures, AutoencoderKL vae)
    {
        var path = context.File("latents.safetensors");
        var identity = string.Create(CultureInfo.InvariantCulture, $"{context.Identity} scale {vae.Config.ScalingFactor}");
        if (File.Exists(path))
        {
            using var file = SafetensorsFile.Open(path);
            if (file.Metadata.GetValueOrDefault("identity") == identity)
            {
                using var stored = file.Read(Key);
                return stored.to(context.Device).alias();
            }
        }

        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        var parts = new List<Tensor>();
        for (var start = 0; start < pictures.Count; start += BatchSize)
        {
            context.Cancellation.ThrowIfCancellationRequested();
            using var batchScope = NewDisposeScope();
            using var autocast = Autocast.For(context.Device, context.Precision);
            var posterior = vae.Encode(pictures.Slice(start, Math.Min(BatchSize, pictures.Count - start)));
            var moments = cat([posterior.Mean, posterior.StandardDeviation], 1).to_type(ScalarType.Float32) * vae.Config.ScalingFactor;
            parts.Add(moments.to_type(ScalarType.Float16).MoveToOuterDisposeScope());
            context.Progress("latents", Math.Min(pictures.Count, start + BatchSize), pictures.Count);
        }

        var all = cat(parts);
        SafetensorsWriter.Write(path, [KeyValuePair.Create(Key, all)], new Dictionary<string, string> { ["identity"] = identity });
        return all.MoveToOuterDisposeScope();
    }

    /// <summary>Each place's share of subject in every picture, an accessory counted thrice: fp16 [n, 1, 16, 16] on the pictures' device.</summary>
    /// <param name="pictures">With regions.</param>
    /// <param name="factor">Pixels of a place along each side.</param>
    public static Tensor SubjectShares(WorldPictures pictures, int factor)
    {
        using var scope = NewDisposeScope();
        var parts = new List<Tensor>();
        for (var start = 0; start < pictures.Count; start += BatchSize)
        {
            using var batchScope = NewDisposeScope();
            parts.Add(SubjectWeights.Shares(pictures.Regions!.narrow(0, start, Math.Min(BatchSize, pictures.Count - start)), factor, AccessoryShare).to_type(ScalarType.Float16).MoveToOuterDisposeScope());
        }

        return cat(parts).MoveToOuterDisposeScope();
    }

    /// <summary>One draw from the posterior of the pictures <paramref name="rows"/>: fp32 [k, C, 16, 16].</summary>
    public static Tensor Draw(Tensor moments, Tensor rows)
    {
        using var scope = NewDisposeScope();
        var halves = moments.index_select(0, rows).to_type(ScalarType.Float32).chunk(2, 1);
        return (halves[0] + (halves[1] * randn_like(halves[0]))).MoveToOuterDisposeScope();
    }
}
