using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Diptych.Cli.Options;
using Diptych.Cli.Runs;
using Diptych.Common.Data;
using Diptych.Common.Runtime;
using Diptych.Common.Weights;
using Diptych.Lab.Prompts;
using Diptych.Lab.Subjects;
using Diptych.Lab.Verification;
using Diptych.Lab.World;

namespace Diptych.Cli.Verbs;

/// <summary><c>diptych lab render</c>: the world itself, without a network: what a caption's picture truly looks like, data sets, subjects.</summary>
internal sealed class LabRenderVerb
{
    private const int SheetColumns = 8;

    private readonly Session _session;
    private readonly Option<string?> _caption = OptionKinds.Text("--caption", "P", "Draw what this caption says; what it leaves open is drawn at random.");
    private readonly Option<int?> _count = OptionKinds.Whole("--count", "Pictures. Default 1 with --caption, else 64.");
    private readonly Option<int?> _subjects = OptionKinds.Whole("--subjects", "Draw N subjects instead, in three tiers, each a folder with references, held-out pictures, masks and the truth.");
    private readonly Option<long?> _seed = OptionKinds.Seed("--seed", "Names every choice that is left open. Default 0.");
    private readonly Option<bool> _masks = OptionKinds.Flag("--masks", "Write a part mask beside each picture: 0 scene, 1 body, 2 part, 3 patch, 4 accessory, 5 other, 6 pattern, times 40.");
    private readonly Option<string?> _output = OptionKinds.Text("--output-dir", "DIR", "Folder for 00000.png, ..., captions.json and sheet.png; files of these names are replaced. Default rendered.");

    private LabRenderVerb(Session session) => _session = session;

    public static Command Create(Session session)
    {
        var verb = new LabRenderVerb(session);
        var command = new Command("render", "Draw the world's own pictures: a caption's truth, contact sheets, data sets, subjects.")
        {
            verb._caption, verb._count, verb._subjects, verb._seed, verb._masks, verb._output,
        };
        command.SetAction(verb.Run);
        return command;
    }

    private int Run(ParseResult parsed)
    {
        var values = new OptionValues(parsed);
        var (caption, seed, subjects) = (values.OrNone(_caption), values.Of(_seed, 0), values.OrNone(_subjects));
        if (subjects is not null && (caption is not null || values.OrNone(_count) is not null))
        {
            throw new UsageException("--subjects says how many subjects are drawn, and no caption says what they are: leave --count and --caption out.");
        }

        var count = subjects is { } wanted ? InRange("--subjects", wanted) : InRange("--count", values.Of(_count, caption is null ? SheetColumns * SheetColumns : 1));
        var output = OutputFolder.At(values.Of(_output, "rendered")).Root;
        Directory.CreateDirectory(output);
        if (subjects is not null)
        {
            Subjects(count, seed, output);
            return ExitCodes.Done;
        }

        var pictures = Enumerable.Range(0, count).Select(i => Picture(caption, new RandomStream(seed, RandomPurpose.World, 0, i))).ToList();
        var images = new RgbImage[count];
        using (var display = _session.ShowProgress())
        {
            for (var i = 0; i < count; i++)
            {
                _session.Cancellation.ThrowIfCancellationRequested();
                images[i] = Write(pictures[i].Attributes, Path.Combine(output, i.ToString("00000", CultureInfo.InvariantCulture)), parsed.GetValue(_masks));
                display.Report("rendering", i + 1, count);
            }
        }

        AtomicFile.WriteText(Path.Combine(output, "captions.json"), JsonSerializer.Serialize(pictures) + "\n");
        var sheet = Path.Combine(output, "sheet.png");
        PictureFile.WritePng(sheet, ContactSheet.Draw([.. images.Take(SheetColumns * SheetColumns)], Math.Min(SheetColumns, count), title: caption ?? "the world"));
        _session.Terminal.Out.WriteLine(sheet);
        return ExitCodes.Done;
    }

    private static CaptionWithTruth Picture(string? caption, RandomStream random)
    {
        if (caption is not null)
        {
            return new CaptionWithTruth { Caption = caption, Attributes = CaptionScene.Draw(caption, random) };
        }

        var attributes = WorldSampler.Training(random);
        return new CaptionWithTruth { Caption = CaptionWriter.Draw(attributes, random), Attributes = attributes };
    }

    private static RgbImage Write(PictureAttributes attributes, string path, bool withMask)
    {
        var (picture, parts) = WorldRenderer.RenderWithParts(attributes);
        PictureFile.WritePng(path + ".png", picture);
        if (withMask)
        {
            byte[] grey = [.. parts.Labels.SelectMany(label => Enumerable.Repeat((byte)(label * 40), 3))];
            PictureFile.WritePng(path + ".parts.png", new RgbImage(WorldRenderer.Size, WorldRenderer.Size, grey));
        }

        return picture;
    }

    private void Subjects(int count, long seed, string output)
    {
        using var display = _session.ShowProgress();
        for (var i = 0; i < count; i++)
        {
            _session.Cancellation.ThrowIfCancellationRequested();
            var (name, subject) = SubjectFactory.Draw(seed, i);
            SubjectWriter.Write(Path.Combine(output, name), subject, SubjectFactory.Tiers[i % SubjectFactory.Tiers.Count], seed + i);
            display.Report("drawing subjects", i + 1, count);
        }

        _session.Terminal.Out.WriteLine(output);
    }

    private static int InRange(string option, int value) =>
        value is >= 1 and <= 100_000 ? value : throw new UsageException($"{option} {value} is out of range: choose from 1 to 100000.");
}
