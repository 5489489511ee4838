using Diptych.Common.Layers;
using Diptych.Lab.World;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace Diptych.Lab.Judges;

/// <summary>
/// The oracle's network: first it says of every 2 x 2 pixels which part of the subject they show (a small U-Net, Ronneberger et al. 2015), then it reads
/// each part's colour from the pixels under that part, and the attributes from features pooled over the picture and over the parts. A colour
/// read from features pooled over the whole picture would mix four paints and the scene.
/// </summary>
internal sealed class SegmentingOracleNetwork : nn.Module<Tensor, Dictionary<string, Tensor>>
{
    /// <summary>Name of the region logits among the outputs: [n, 7, h / 2, w / 2].</summary>
    public const string Regions = "regions";

    private const int RegionCount = 7;
    private const int ColourWidth = 64;

    // Region under which each colour is read.
    private static readonly (string Head, PictureRegion Region)[] Paints =
    [
        (OracleHeads.BodyRgb, PictureRegion.Body), (OracleHeads.PartRgb, PictureRegion.Part), (OracleHeads.AccessoryRgb, PictureRegion.Accessory), (OracleHeads.PatchRgb, PictureRegion.Patch),
    ];

    [ComponentName(Name = "down")] private readonly ModuleList<ConvStage> _down;
    [ComponentName(Name = "up")] private readonly ModuleList<ConvStage> _up;
    [ComponentName(Name = "regions")] private readonly Convolution2d _regions;
    [ComponentName(Name = "heads")] private readonly ModuleDict<Linear> _heads;
    [ComponentName(Name = "colour_in")] private readonly ModuleDict<Linear> _colourIn;
    [ComponentName(Name = "colour_out")] private readonly ModuleDict<Linear> _colourOut;
    [ComponentName(Name = "colour_gain")] private readonly ModuleDict<Linear> _colourGain;

    public SegmentingOracleNetwork(OracleConfig config)
        : base(nameof(SegmentingOracleNetwork))
    {
        var channels = config.Channels;
        var last = channels.Count - 1;
        _down = nn.ModuleList([.. Enumerable.Range(1, last).Select(i => new ConvStage(channels[i - 1], channels[i], stride: 2))]);
        // On the way up each level joins what the way down saw there; the narrowest width suffices, since it only has to name regions.
        _up = nn.ModuleList([.. Enumerable.Range(1, last - 1).Reverse().Select(i => new ConvStage((i == last - 1 ? channels[last] : UpWidth(channels, i + 1)) + channels[i], UpWidth(channels, i)))]);
        var fine = UpWidth(channels, 1);
        _regions = new Convolution2d(fine, RegionCount, 1);
        long features = (2 * channels[last]) + (RegionCount * (fine + 1));
        (string, Linear)[] heads = [.. config.Classes.Select(head => (head.Key, nn.Linear(features, head.Value.Count))), (OracleHeads.HasPatch, nn.Linear(features, 2))];
        HeadNames = [.. heads.Select(head => head.Item1), .. Paints.Select(paint => paint.Head)];
        _heads = nn.ModuleDict(heads);
        _colourIn = nn.ModuleDict([.. Paints.Select(paint => (paint.Head, nn.Linear(features + 6, ColourWidth)))]);
        _colourOut = nn.ModuleDict([.. Paints.Select(paint => (paint.Head, nn.Linear(ColourWidth, 3)))]);
        _colourGain = nn.ModuleDict([.. Paints.Select(paint => (paint.Head, nn.Linear(ColourWidth, 3)))]);
        RegisterComponents();
    }

    /// <summary>Names of the heads.</summary>
    public IReadOnlyList<string> HeadNames { get; }

    /// <summary>Reads pictures <c>[n, 3, size, size]</c> in [-1, 1]: every head's raw output <c>[n, k]</c>, colours in [0, 1], and the region logits.</summary>
    public override Dictionary<string, Tensor> forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var levels = new List<Tensor>();
        var x = input;
        foreach (var stage in _down)
        {
            x = stage.call(x);
            levels.Add(x);
        }

        var coarse = x;
        foreach (var (level, stage) in _up.Index())
        {
            var skip = levels[levels.Count - 2 - level];
            x = stage.call(cat([nn.functional.interpolate(x, size: [skip.shape[2], skip.shape[3]], mode: InterpolationMode.Nearest), skip], 1));
        }

        var regions = _regions.call(x).to_type(ScalarType.Float32);
        // [n, 7, pixels], each region's pixels adding up to one; a region that is not there pools a little of everything, and its share says so.
        var parts = regions.softmax(1).flatten(2);
        var share = parts.mean([2]);
        var weights = parts / (parts.sum(2, keepdim: true) + 1e-3);
        var pooled = weights.matmul(x.to_type(ScalarType.Float32).flatten(2).transpose(1, 2));
        var whole = coarse.to_type(ScalarType.Float32);
        var features = cat([whole.mean([2, 3]), whole.amax([2, 3]), pooled.flatten(1), (share + 1e-6).sqrt()], 1);

        var output = _heads.Keys.ToDictionary(head => head, head => _heads[head].call(features).MoveToOuterDisposeScope());
        var paint = ((nn.functional.avg_pool2d(input, 2).to_type(ScalarType.Float32) + 1) / 2).flatten(2).transpose(1, 2);
        foreach (var (head, region) in Paints)
        {
            output[head] = Colour(head, features, weights.narrow(1, (long)region, 1), paint).MoveToOuterDisposeScope();
        }

        output[Regions] = regions.MoveToOuterDisposeScope();
        return output;
    }

    // A root's slope at nothing is endless, hence the small terms under each.
    //
    // What the pixels under the part show on average, corrected for shading, style and light by a little network that sees their spread and the features. Light
    // and paper are mixed into a paint, so what undoes them multiplies and adds.
    private Tensor Colour(string head, Tensor features, Tensor weights, Tensor paint)
    {
        var mean = weights.matmul(paint).squeeze(1);
        var spread = ((weights.matmul(paint.square()).squeeze(1) - mean.square()).clamp(min: 0) + 1e-4).sqrt();
        var hidden = nn.functional.silu(_colourIn[head].call(cat([features, mean, spread], 1)));
        return mean + (mean * _colourGain[head].call(hidden).to_type(ScalarType.Float32)) + _colourOut[head].call(hidden).to_type(ScalarType.Float32);
    }

    private static int UpWidth(IReadOnlyList<int> channels, int level) => Math.Max(8, Math.Min(64, channels[level]));
}
