using System.Text.Json;
using System.Text.Json.Nodes;
using Diptych.Common.Layers;
using Diptych.Common.Runtime;
using Diptych.Lab.Judges;
using Diptych.Lab.World;
using static TorchSharp.torch;

namespace Diptych.Lab.Pretraining;

/// <summary>
/// The judge that recognises individuals, trained to bring pictures of one appearance together, whatever its pose, scene, light and style, and to keep
/// the others of the batch away (supervised contrast: Khosla et al. 2020, eq. 2).
/// </summary>
internal static class MiniDinoStage
{
    public const string Name = "mini-dino";

    private const int Views = 4;
    private const int Features = 128;
    private const double Temperature = .1;

    public static IReadOnlyList<Gate> Run(StageContext context, LabModel release)
    {
        var plan = context.Options.MiniDino;
        var channels = (int[])[3, .. context.Options.Shapes.MiniDinoChannels];
        var individuals = context.Options.JudgePictures / (2 * Views);
        using var pictures = WorldPictures.Render(Appearances(individuals, context.Options.Seed, 40), withRegions: false, context.Device, context.Cancellation);
        random.manual_seed(context.StepSeed(Name, -1));
        using var network = new MiniDinoNetwork(channels, Features);
        network.MoveTo(context.Device);
        var chosen = Math.Min(individuals, plan.BatchSize / Views);
        new StageRunner(Name, plan, context).Run(network, _ =>
        {
            using var scope = NewDisposeScope();
            var who = randperm(individuals, dtype: ScalarType.Int64, device: context.Device).narrow(0, 0, chosen);
            var rows = ((who * Views).unsqueeze(1) + arange(Views, dtype: ScalarType.Int64, device: context.Device)).reshape(-1);
            return Contrast(network.call(pictures.At(rows)), chosen).MoveToOuterDisposeScope();
        });
        var config = new JsonObject { ["architecture"] = "mini-dino", ["channels"] = new JsonArray([.. channels.Select(c => (JsonNode)c)]), ["features"] = Features, ["image_size"] = WorldRenderer.Size };
        ReleaseFiles.Write(release.MiniDino, network, config.ToJsonString(new JsonSerializerOptions { WriteIndented = true }) + "\n", "model.safetensors");
        using var judge = MiniDinoJudge.Load(release.MiniDino, context.Device);
        return [new("share of strangers' pictures whose nearest of 200 is the same individual", Retrieval(judge, context), .8)];
    }

    // Views of each appearance, one after the other. The noun and the proportions belong to the appearance, all else to the view.
    private static List<PictureAttributes> Appearances(int individuals, long seed, long set)
    {
        var all = new List<PictureAttributes>();
        for (var i = 0; i < individuals; i++)
        {
            var random = new RandomStream(seed, RandomPurpose.World, set, i);
            var appearance = WorldSampler.ForJudges(random);
            for (var view = 0; view < Views; view++)
            {
                var place = WorldSampler.Place(random);
                all.Add(appearance with
                {
                    Scene = place.Scene, Style = place.Style, Layout = place.Layout, Light = place.Light, Mirrored = place.Mirrored, OffsetX = place.OffsetX, Scale = place.Scale,
                });
            }
        }

        return all;
    }

    private static Tensor Contrast(Tensor features, int individuals)
    {
        using var scope = NewDisposeScope();
        var count = features.shape[0];
        var cosines = features.matmul(features.t()) / Temperature;
        var self = eye(count, dtype: ScalarType.Bool, device: features.device);
        var who = arange(individuals, dtype: ScalarType.Int64, device: features.device).repeat_interleave(Views);
        var same = who.unsqueeze(0).eq(who.unsqueeze(1)).logical_and(self.logical_not()).to_type(ScalarType.Float32);
        var log = nn.functional.log_softmax(cosines.masked_fill(self, float.NegativeInfinity), 1).masked_fill(self, 0);
        return (-(log * same).sum(1) / same.sum(1)).mean().MoveToOuterDisposeScope();
    }

    private static double Retrieval(MiniDinoJudge judge, StageContext context)
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        var individuals = Math.Min(50, context.Options.HeldOutPictures / Views);
        using var pictures = WorldPictures.Render(Appearances(individuals, context.Options.Seed, 41), withRegions: false, context.Device, context.Cancellation);
        var features = judge.Features(pictures.Slice(0, pictures.Count)).cpu();
        var cosines = features.matmul(features.t()).masked_fill(eye(pictures.Count, dtype: ScalarType.Bool), float.NegativeInfinity);
        var nearest = cosines.argmax(1).data<long>().ToArray();
        return nearest.Index().Average(p => p.Item / Views == p.Index / Views ? 1.0 : 0.0);
    }
}
