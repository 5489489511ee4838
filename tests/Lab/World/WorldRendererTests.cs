using System.Text.Json;
using Diptych.Common.Data;
using Diptych.Common.Runtime;
using Diptych.Common.Weights;
using Diptych.Lab.World;

namespace Diptych.Tests.Lab.World;

public sealed class WorldRendererTests
{
    [Fact]
    public void Every_known_picture_is_drawn_again_within_one_level_on_average()
    {
        var lab = LabFiles.Model;
        var truth = JsonDocument.Parse(File.ReadAllText(lab.RenderAttributes)).RootElement.GetProperty("attributes").Deserialize<PictureAttributes[]>()!;
        AssertDrawnAgain(truth, [.. truth.Select((_, i) => Photo.Load(lab.Render(i)).Image.Pixels)]);
    }

    [Fact]
    public void The_goldens_pictures_are_drawn_again_too()
    {
        var truth = JsonDocument.Parse(File.ReadAllText(Fixtures.Require("lab", "goldens", "judges.json"))).RootElement.GetProperty("attributes").Deserialize<PictureAttributes[]>()!;
        using var file = SafetensorsFile.Open(Fixtures.Require("lab", "goldens", "judges.safetensors"));
        using var pictures = file.Read("pictures");
        AssertDrawnAgain(truth, [.. Enumerable.Range(0, truth.Length).Select(i => pictures[i].contiguous().data<byte>().ToArray())]);
    }

    [Fact]
    public void Subjects_and_their_masks_are_drawn_again()
    {
        foreach (var folder in Directory.GetDirectories(LabFiles.Model.Subjects))
        {
            foreach (var part in (string[])["references", "held-out"])
            {
                var truth = JsonSerializer.Deserialize<PictureAttributes[]>(File.ReadAllText(Path.Combine(folder, part, "attributes.json")))!;
                for (var i = 0; i < truth.Length; i++)
                {
                    var (picture, parts) = WorldRenderer.RenderWithParts(truth[i]);
                    var path = Path.Combine(folder, part, $"{i:00}");
                    Assert.True(Difference(picture.Pixels, Photo.Load(path + ".png").Image.Pixels) < 1, path);
                    using var mask = MaskFile.Read(path + ".mask.png");
                    var expected = mask.data<float>().ToArray();
                    var subject = parts.Subject();
                    bool[] drawn = [.. expected.Select(value => value > 0)];
                    Assert.True(Beyond(subject, drawn) <= 30, path);
                    Assert.True(Beyond(drawn, subject) <= 4, path);
                }
            }
        }
    }

    [Fact]
    public void A_part_mask_names_the_pixels_that_wear_each_paint()
    {
        var plain = Dog() with { Style = "poster", Patch = new Rgb(250, 10, 250), Accessory = "hat", AccessoryPaint = new Rgb(10, 250, 10) };
        var (picture, parts) = WorldRenderer.RenderWithParts(plain);
        AssertPaint(picture, parts, PictureRegion.Body, plain.Body!.Value);
        AssertPaint(picture, parts, PictureRegion.Part, plain.Part!.Value);
        AssertPaint(picture, parts, PictureRegion.Patch, plain.Patch!.Value);
        AssertPaint(picture, parts, PictureRegion.Accessory, plain.AccessoryPaint!.Value);
        Assert.Equal(0, parts.Share(PictureRegion.Pattern));
        Assert.True(WorldRenderer.RenderWithParts(plain with { Pattern = "striped" }).Parts.Share(PictureRegion.Pattern) > .02);
    }

    [Fact]
    public void A_mirrored_picture_shows_the_subject_the_other_way_round_on_the_same_scene()
    {
        var mask = WorldRenderer.RenderWithParts(Dog()).Parts.Labels;
        var mirrored = WorldRenderer.RenderWithParts(Dog() with { Mirrored = true }).Parts.Labels;
        int Left(byte[] labels) => labels.Index().Count(p => p.Item == (byte)PictureRegion.Part && p.Index % WorldRenderer.Size < 64);
        Assert.True(Left(mask) < 5 && Left(mirrored) > 20);
    }

    [Fact]
    public void A_picture_without_paint_is_refused()
    {
        Assert.Throws<ArgumentException>(() => WorldRenderer.Render(Dog() with { Body = null }));
        Assert.Throws<ArgumentException>(() => WorldRenderer.Render(Dog() with { Accessory = "hat", AccessoryPaint = null }));
    }

    // Pixels of one mask more than a step away from the other. The files' masks were drawn with soft edges that add up where shapes overlap, so they
    // may be one pixel wider; and without the round ends of tails.
    private static int Beyond(bool[] inner, bool[] outer)
    {
        bool Near(int at) => (int[])[0, 1, -1, WorldRenderer.Size, -WorldRenderer.Size, WorldRenderer.Size + 1, WorldRenderer.Size - 1, 1 - WorldRenderer.Size, -1 - WorldRenderer.Size]
            is var steps && steps.Any(step => at + step >= 0 && at + step < outer.Length && outer[at + step]);
        return inner.Index().Count(p => p.Item && !Near(p.Index));
    }

    private static PictureAttributes Dog() => WorldSampler.Place(new RandomStream(1, RandomPurpose.World)) with
    {
        Class = "dog", Style = "photo", Scene = "studio", Layout = "centre", Light = "normal", Mirrored = false, Proportions = [0, 0, 0], Body = new Rgb(26, 170, 160), Part = new Rgb(236, 92, 60), Kind = "subject",
    };

    private static void AssertPaint(RgbImage picture, PartMask parts, PictureRegion region, Rgb paint)
    {
        var pixels = parts.Labels.Index().Where(p => p.Item == (byte)region)
            .Select(p => new Rgb(picture.Pixels[3 * p.Index], picture.Pixels[(3 * p.Index) + 1], picture.Pixels[(3 * p.Index) + 2])).ToList();
        Assert.True(pixels.Count > 30, $"{region}: {pixels.Count} pixels");
        // Edges are mixed with their neighbours; most pixels are not at an edge.
        Assert.True(pixels.Count(p => p.DistanceTo(paint) < 3) > .6 * pixels.Count, $"{region}: {pixels.Count(p => p.DistanceTo(paint) < 3)} of {pixels.Count}");
    }

    private static void AssertDrawnAgain(PictureAttributes[] truth, byte[][] expected)
    {
        for (var i = 0; i < truth.Length; i++)
        {
            var difference = Difference(WorldRenderer.Render(truth[i]).Pixels, expected[i]);
            Assert.True(difference < 1, $"picture {i} ({truth[i].Class}, {truth[i].Style}) differs by {difference:0.00} levels");
        }
    }

    private static double Difference(byte[] actual, byte[] expected) => actual.Zip(expected, (a, b) => Math.Abs(a - b)).Average();
}
