using System.Text.Json;
using System.Text.Json.Nodes;
using Diptych.Common.Layers;
using Diptych.Common.Vae;
using Diptych.Lab.Judges;
using Diptych.Lab.Verification;
using Diptych.Lab.World;
using static TorchSharp.torch;

namespace Diptych.Lab.Pretraining;

/// <summary>The judge that reads attributes, trained on renders and on their round trips of appearances drawn at random.</summary>
internal static class OracleStage
{
    public const string Name = "oracle";

    private const string WeightsFile = "model.safetensors";

    private const double ColourWeight = 12;

    // The smallest part, and the one the autoencoder bleeds most into: counted like the others its colour was read a sixth too badly on round trips.
    private const double PatchWeight = 24;
    private const double RegionWeight = 3;

    /// <summary>Where a laboratory has the oracle's weights.</summary>
    public static string WeightsOf(LabModel lab) => Path.Combine(lab.Oracle, WeightsFile);

    public static IReadOnlyList<Gate> Run(StageContext context, WorldPictures pictures, WorldPictures heldOut, AttributeTargets targets, AutoencoderKL vae, LabModel release)
    {
        var plan = context.Options.Oracle;
        var channels = (int[])[3, .. context.Options.Shapes.OracleChannels];
        // Half of them go round: a batch is half renders, half round trips, and sees every trip as often as two renders.
        using var trips = RoundTrips.Of(pictures, (pictures.Count + 1) / 2, vae, context);
        var config = new OracleConfig(OracleValues.Classes, OracleValues.Colours, channels, 8, WorldRenderer.Size, Segments: true);
        random.manual_seed(context.StepSeed(Name, -1));
        using var network = new SegmentingOracleNetwork(config);
        if (context.Options.From is { } before)
        {
            ReleaseFiles.Read(WeightsOf(before), network);
        }

        network.MoveTo(context.Device);
        new StageRunner(Name, plan, context).Run(
            network,
            _ =>
            {
                using var scope = NewDisposeScope();
                var half = plan.BatchSize / 2;
                var (rendered, travelled) = (context.Rows(pictures.Count, half), context.Rows(trips.shape[0], plan.BatchSize - half));
                var seen = cat([pictures.Pixels.index_select(0, rendered), trips.index_select(0, travelled)]);
                return [seen.MoveToOuterDisposeScope(), cat([rendered, travelled]).MoveToOuterDisposeScope()];
            },
            batch =>
            {
                using var scope = NewDisposeScope();
                return Loss(network, WorldPictures.ToUnit(batch[0]), pictures.Regions!, targets, batch[1]).MoveToOuterDisposeScope();
            });
        ReleaseFiles.Write(release.Oracle, network, Json(channels), WeightsFile);

        using var oracle = Oracle.Load(release.Oracle, context.Device);
        using var heldTrips = RoundTrips.Of(heldOut, heldOut.Count, vae, context);
        return [.. Figures(oracle, heldOut, heldOut.Pixels, "renders"), .. Figures(oracle, heldOut, heldTrips, "round trips")];
    }

    private static Tensor Loss(SegmentingOracleNetwork network, Tensor pictures, Tensor regions, AttributeTargets targets, Tensor rows)
    {
        using var scope = NewDisposeScope();
        var read = network.call(pictures);
        var truth = regions.index_select(0, rows).slice(1, 0, WorldRenderer.Size, 2).slice(2, 0, WorldRenderer.Size, 2).to_type(ScalarType.Int64);
        var loss = RegionWeight * nn.functional.cross_entropy(read[SegmentingOracleNetwork.Regions], truth);
        foreach (var head in targets.ClassHeads)
        {
            loss += targets.CrossEntropy(head, read[head], rows);
        }

        foreach (var head in targets.ColourHeads)
        {
            loss += (head == OracleHeads.PatchRgb ? PatchWeight : ColourWeight) * targets.ColourDistance(head, read[head], rows);
        }

        return loss.MoveToOuterDisposeScope();
    }

    private static IEnumerable<Gate> Figures(Oracle oracle, WorldPictures truth, Tensor pixels, string of)
    {
        using var scope = NewDisposeScope();
        var reading = oracle.Read(WorldPictures.ToUnit(pixels));
        foreach (var (attribute, share) in AttributeAccuracy.Of(reading, truth.Attributes, whereSaid: false))
        {
            yield return new($"{attribute}, {of}", share.Value ?? double.NaN, .95);
        }

        foreach (var (colour, error) in ColourError.Median(reading, truth.Attributes))
        {
            yield return new($"median RGB error of {colour}, {of}", error, 15, AtMost: true);
        }
    }

    private static string Json(IReadOnlyList<int> channels) => new JsonObject
    {
        ["architecture"] = "segmenting",
        ["classes"] = new JsonObject(OracleValues.Classes.Select(head => KeyValuePair.Create(head.Key, (JsonNode?)new JsonArray([.. head.Value.Select(value => (JsonNode)value)])))),
        ["colours"] = new JsonObject(OracleValues.Colours.Select(head => KeyValuePair.Create(head, (JsonNode?)3))),
        ["channels"] = new JsonArray([.. channels.Select(channel => (JsonNode)channel)]),
        ["norm_num_groups"] = 8,
        ["image_size"] = WorldRenderer.Size,
    }.ToJsonString(new JsonSerializerOptions { WriteIndented = true }) + "\n";
}
