using Diptych.Common.Layers;
using Diptych.Common.Runtime;
using Diptych.Common.Vae;
using Diptych.Lab.Verification;
using Diptych.Lab.World;
using static TorchSharp.torch;

namespace Diptych.Lab.Pretraining;

/// <summary>
/// The autoencoder, on crops of 64 x 64 at places of the latents' grid. Absolute and squared error and the error of both gradients (without which small
/// networks blur), and a light pull of the latents towards a standard normal: ten times heavier, a channel collapses without a word in the loss.
/// </summary>
internal static class AutoencoderStage
{
    public const string Name = "autoencoder";

    private const int Crop = 64;
    private const int Grid = 8;
    private const double DivergenceWeight = 4e-5;

    // Absolute error alone forgives what is far off in a few pixels, which is what edges are; from an error of 1/12 on, in [-1, 1], the square pulls harder.
    private const double SquaredWeight = 6;

    private const double ShrunkWeight = .5;
    private const double ReadingWeight = .1;
    private const double LargestWeight = 4;

    /// <summary>
    /// Deviation of the scaled latents. Sixteen channels say the same several times, so noise of the schedule hides less of a picture than it does with
    /// four. Latents of half the deviation give it back its weight (Chen 2023, "On the importance of noise scheduling", section 3.2): the denoiser was where
    /// it was after half the steps.
    /// </summary>
    public const double LatentScale = .5;

    public static IReadOnlyList<Gate> Run(StageContext context, WorldPictures pictures, WorldPictures heldOut, LabModel release)
    {
        var plan = context.Options.Autoencoder;
        var config = LabConfigs.Autoencoder(context.Options.Shapes, 1);
        random.manual_seed(context.StepSeed(Name, -1));
        using var vae = LabConfigs.BuildAutoencoder(config);
        using var reading = new LatentReading(vae);
        reading.MoveTo(context.Device);
        new StageRunner(Name, plan, context).Run(
            reading,
            step =>
            {
                var (crops, regions, classes) = Crops(pictures, context, plan.BatchSize, step);
                var noise = randn(plan.BatchSize, 2 * context.Options.Shapes.LatentChannels, Crop / Grid, Crop / Grid, device: context.Device);
                return [crops, SubjectWeights.Of(SubjectWeights.Shares(regions, 1), LargestWeight), LatentReading.Truth(regions, classes, Grid), noise];
            },
            batch => Loss(vae, reading, batch[0], batch[1], batch[2], batch[3].chunk(2, 1)));

        var deviation = LatentDeviation(vae, heldOut, context);
        var folder = Path.Combine(release.Model, "vae");
        ReleaseFiles.Write(folder, vae, LabConfigs.Autoencoder(context.Options.Shapes, Math.Round(LatentScale / deviation, 4)), "diffusion_pytorch_model.safetensors");
        using var released = AutoencoderKL.Load(folder);
        released.MoveTo(context.Device);
        return Measure(released, heldOut, context);
    }

    private static Tensor Loss(AutoencoderKL vae, LatentReading reading, Tensor crops, Tensor weights, Tensor truth, Tensor[] noise)
    {
        using var scope = NewDisposeScope();
        var posterior = vae.Encode(crops);
        var drawn = posterior.Sample(noise[0].to_type(posterior.Mean.dtype));
        var error = vae.Decode(drawn).to_type(ScalarType.Float32) - crops;
        var acrossX = (error.narrow(3, 1, Crop - 1) - error.narrow(3, 0, Crop - 1)).abs() * weights.narrow(3, 1, Crop - 1);
        var acrossY = (error.narrow(2, 1, Crop - 1) - error.narrow(2, 0, Crop - 1)).abs() * weights.narrow(2, 1, Crop - 1);
        var (mean, logVariance) = (posterior.Mean.to_type(ScalarType.Float32), posterior.LogVariance.to_type(ScalarType.Float32));
        // Kingma and Welling 2014, appendix B, summed over channels and averaged over places.
        var divergence = .5 * (mean.square() + logVariance.exp() - 1 - logVariance).sum([1]).mean();
        // Skorokhodov et al. 2025, "Improving the diffusability of autoencoders", section 4: what the latents' low frequencies say is the picture's.
        var shrunk = vae.Decode(Half(drawn)).to_type(ScalarType.Float32) - Half(crops);
        return ((Distance(error) * weights).mean() + acrossX.mean() + acrossY.mean() + (DivergenceWeight * divergence)
            + (ShrunkWeight * (Distance(shrunk) * Half(weights)).mean()) + (ReadingWeight * reading.Loss(drawn, truth, noise[1]))).MoveToOuterDisposeScope();
    }

    private static Tensor Distance(Tensor error) => error.abs() + (SquaredWeight * error.square());

    private static Tensor Half(Tensor grid) => nn.functional.avg_pool2d(grid, 2);

    // Three crops in five around the subject: it is where the detail is, and half the scene is sky. Small subjects come up half as often again.
    private static (Tensor Crops, Tensor Regions, Tensor Classes) Crops(WorldPictures pictures, StageContext context, int count, int step)
    {
        using var scope = NewDisposeScope();
        var draw = new RandomStream(context.Options.Seed, RandomPurpose.Augmentation, step);
        var (crops, regions, classes) = (new Tensor[count], new Tensor[count], new long[count]);
        for (var i = 0; i < count; i++)
        {
            var row = draw.Next(pictures.Count);
            if (pictures.Attributes[row].Layout is not "small" && i % 2 == 0)
            {
                row = draw.Next(pictures.Count);
            }

            var (left, top) = draw.NextDouble() < .6 ? AroundSubject(pictures.Attributes[row].Layout, draw) : (draw.Next(65), draw.Next(65));
            crops[i] = pictures.Pixels[row].narrow(0, OnGrid(top), Crop).narrow(1, OnGrid(left), Crop);
            regions[i] = pictures.Regions![row].narrow(0, OnGrid(top), Crop).narrow(1, OnGrid(left), Crop);
            classes[i] = LabWords.Classes.Index().First(known => known.Item == pictures.Attributes[row].Class).Index;
        }

        return (WorldPictures.ToUnit(stack(crops)).MoveToOuterDisposeScope(), stack(regions).MoveToOuterDisposeScope(), tensor(classes).to(context.Device).MoveToOuterDisposeScope());
    }

    private static (int Left, int Top) AroundSubject(string layout, RandomStream draw)
    {
        var middle = layout switch { "left" => 36, "right" => 92, _ => 64 };
        return (middle - 32 + draw.Next(33) - 16, (layout == "close" ? 30 : 42) + draw.Next(33) - 16);
    }

    private static int OnGrid(int pixel) => Math.Clamp((int)Math.Round(pixel / (double)Grid) * Grid, 0, WorldRenderer.Size - Crop);

    private static double LatentDeviation(AutoencoderKL vae, WorldPictures heldOut, StageContext context)
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        var means = InBatches(heldOut, context, pictures => vae.Encode(pictures).Mean.to_type(ScalarType.Float32));
        return means.std().item<float>();
    }

    private static List<Gate> Measure(AutoencoderKL vae, WorldPictures heldOut, StageContext context)
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        var truth = heldOut.Slice(0, heldOut.Count).cpu();
        var trips = InBatches(heldOut, context, pictures => vae.forward(pictures).to_type(ScalarType.Float32).clamp(-1, 1)).cpu();
        var posterior = InBatches(heldOut, context, pictures => vae.Encode(pictures).StandardDeviation.to_type(ScalarType.Float32));
        var perChannel = posterior.mean([0, 2, 3]).cpu();
        context.Log($"posterior deviation by channel: {string.Join(' ', perChannel.data<float>().ToArray().Select(value => value.ToString("0.000", System.Globalization.CultureInfo.InvariantCulture)))}");
        var small = heldOut.Attributes.Index().Where(picture => picture.Item.Layout == "small").Select(picture => (long)picture.Index).ToArray();
        var gates = new List<Gate>
        {
            new("PSNR of held-out renders, dB", PictureQuality.PsnrDb(truth, trips).Average(), 30),
            new("largest mean deviation of a latent channel's posterior: 1 is a collapsed channel", perChannel.max().item<float>(), .9, AtMost: true),
            new("edge energy kept", PictureQuality.EdgeEnergy(trips).Average() / PictureQuality.EdgeEnergy(truth).Average()),
        };
        if (heldOut.Regions is { } regions && small.Length > 0)
        {
            var rows = tensor(small);
            var subject = regions.cpu().index_select(0, rows).gt(0);
            gates.Add(new("PSNR inside the masks of small subjects, dB", PictureQuality.PsnrDbInside(truth.index_select(0, rows), trips.index_select(0, rows), subject).Average(), 24));
        }

        return gates;
    }

    private static Tensor InBatches(WorldPictures pictures, StageContext context, Func<Tensor, Tensor> map)
    {
        const int BatchSize = 20;
        var parts = new List<Tensor>();
        for (var start = 0; start < pictures.Count; start += BatchSize)
        {
            using var scope = NewDisposeScope();
            parts.Add(map(pictures.Slice(start, Math.Min(BatchSize, pictures.Count - start))).MoveToOuterDisposeScope());
            context.Cancellation.ThrowIfCancellationRequested();
        }

        return cat(parts);
    }
}
