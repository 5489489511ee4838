using System.Globalization;
using System.Reflection;
using Diptych.Common.Data;
using Diptych.Common.Pipelines;
using Diptych.Common.Runtime;
using Diptych.Comparison.Arms;
using Diptych.Comparison.Families;
using Diptych.Comparison.Judging;
using Diptych.Lab;
using Diptych.Lab.Subjects;
using Diptych.Reports.Data;
using TorchSharp;
using static TorchSharp.torch;

namespace Diptych.Comparison;

/// <summary>Everything a report says about a run besides its pictures and numbers.</summary>
internal static class RunDescription
{
    public static RunRecord Of(
        ComparisonOptions options, string commandLine, DateTimeOffset created, TimeSpan elapsed, StableDiffusion model, IReadOnlyList<Arm> arms,
        IReadOnlyList<PromptContext> contexts, LabSubject subject, PhotoSet photos, string description, LabModel lab, CeilingRecord ceilings) => new()
        {
            Created = created,
            CommandLine = commandLine,
            Options = OptionTable(options),
            Seed = options.Seed,
            Software = Software(),
            Machine = Machine(),
            Model = new ModelRecord
            {
                Name = IsEmbedded(model, lab) ? "embedded lab model" : Path.GetFileName(Path.TrimEndingDirectorySeparator(model.Source.Root)),
                Folder = Path.GetFileName(Path.TrimEndingDirectorySeparator(model.Source.Root)),
                Hash = model.Source.Hash(),
                World = IsEmbedded(model, lab) ? "embedded lab model" : "other",
                PictureSize = model.PictureSize,
            },
            Subject = new SubjectRecord
            {
                Name = NameOf(subject),
                ClassNoun = options.ClassNoun,
                Tier = subject.Truth?.Tier,
                References = CopyPictures(options.OutputDir, "references", photos.Photos.Select(p => p.Image)),
                HeldOut = CopyPictures(options.OutputDir, "held-out", subject.HeldOut.Select(h => Photo.Load(h.Path).Image)),
                InWorld = subject.Truth is not null && IsEmbedded(model, lab),
                Description = description,
            },
            Arms = [.. arms.Select(a => a.Record)],
            Families = [.. PromptFamilies.All.Select(f => Family(f, arms, contexts, options))],
            Ceilings = ceilings,
            Sampler = new SamplerRecord
            {
                Name = (options.Generation.Sampler ?? model.Scheduler.Sampler).ToString().ToLowerInvariant(),
                Steps = options.Generation.Steps,
                GuidanceScale = options.Generation.GuidanceScale,
                SeedsPerPrompt = options.Pictures / contexts.Count,
                NegativePrompt = options.Generation.NegativePrompt ?? "",
            },
            Seconds = elapsed.TotalSeconds,
        };

    /// <summary>How well the judges know this subject in its own pictures, in their round trips through the VAE, and in others of its class; nothing where it is not of the laboratory's world.</summary>
    public static CeilingRecord Ceilings(JudgePanel judges, StableDiffusion model, SubjectTruth truth, bool truthKnown, IReadOnlyList<RgbImage> heldOut)
    {
        if (!truthKnown || heldOut.Count < 2)
        {
            return new CeilingRecord();
        }

        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var (fidelity, attributes) = judges.Ceiling(heldOut, truth);
        var trips = ImageTensor.ToImages(model.Decode(model.Vae.Scale(model.Vae.Encode(ImageTensor.FromImages(heldOut).to(model.Device)).Mean)));
        var others = OthersOfClass.Render(truth.Class);
        return new CeilingRecord
        {
            HeldOut = fidelity,
            HeldOutAttributes = attributes,
            RoundTrip = judges.Ceiling(trips, truth).Fidelity,
            LookAlike = judges.Ceiling(others, truth).Fidelity,
            HeldOutDino = judges.Recognition(heldOut, heldOut, sameOrder: true),
            RoundTripDino = judges.Recognition(trips, heldOut, sameOrder: true),
            LookAlikeDino = judges.Recognition(others, heldOut, sameOrder: false),
            Pictures = heldOut.Count,
        };
    }

    // The laboratory's folders are named tier and class: off-palette-dog.
    private static string NameOf(LabSubject subject) =>
        subject.Truth is not null && subject.Name.LastIndexOf('-') is var hyphen and > 0 ? $"{subject.Name[..hyphen]} {subject.Name[(hyphen + 1)..]}" : subject.Name;

    private static bool IsEmbedded(StableDiffusion model, LabModel lab) =>
        Path.GetFullPath(model.Source.Root).TrimEnd('/') == Path.GetFullPath(lab.Model).TrimEnd('/');

    private static FamilyRecord Family(PromptFamily family, IReadOnlyList<Arm> arms, IReadOnlyList<PromptContext> contexts, ComparisonOptions options) => new()
    {
        Id = family.Id,
        Title = family.Title,
        Question = family.Question,
        Contexts = family.UsesContext ? [.. contexts.Select(c => c.Id)] : [],
        ExamplePrompts = arms.Where(a => family.IsFor(a.Wording)).ToDictionary(a => a.Record.Id, a => family.Prompt(a.Wording, contexts[^1], options.ClassNoun)),
    };

    private static List<string> CopyPictures(string runFolder, string part, IEnumerable<RgbImage> pictures)
    {
        var files = new List<string>();
        foreach (var picture in pictures)
        {
            var file = $"{RunFolder.SubjectFolder}/{part}/{files.Count.ToString("D2", CultureInfo.InvariantCulture)}.png";
            PictureFile.WritePng(Path.Combine(runFolder, file), picture);
            files.Add(file);
        }

        return files;
    }

    private static Dictionary<string, string> OptionTable(ComparisonOptions options)
    {
        // A page is passed on: it names folders as one would type them, and says nothing of where this machine keeps them.
        var shown = options with { Subject = Shown(options.Subject), Model = Shown(options.Model), OutputDir = Shown(options.OutputDir) };
        return typeof(ComparisonOptions).GetProperties().Where(p => p.Name is not (nameof(ComparisonOptions.Resume) or nameof(ComparisonOptions.Generation)))
            .Concat(typeof(GenerationOptions).GetProperties())
            .DistinctBy(p => p.Name)
            .ToDictionary(
                p => System.Text.Json.JsonNamingPolicy.KebabCaseLower.ConvertName(p.Name),
                p => Convert.ToString(p.GetValue(p.DeclaringType == typeof(ComparisonOptions) ? shown : options.Generation), CultureInfo.InvariantCulture) is { Length: > 0 } text ? text : "default");
    }

    private static string Shown(string folder)
    {
        var relative = Path.GetRelativePath(Environment.CurrentDirectory, folder);
        return relative.StartsWith("..", StringComparison.Ordinal) ? Path.GetFileName(Path.TrimEndingDirectorySeparator(folder)) : relative;
    }

    private static Dictionary<string, string> Software() => new(StringComparer.Ordinal)
    {
        ["Diptych"] = typeof(RunDescription).Assembly.GetName().Version?.ToString(3) ?? "",
        ["TorchSharp"] = typeof(torch).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "",
        [".NET"] = Environment.Version.ToString(),
    };

    private static MachineRecord Machine()
    {
        var machine = MachineDescription.Current();
        return new MachineRecord { Cpu = machine.Cpu, Cores = machine.Cores, MemoryBytes = machine.MemoryBytes, Os = machine.Os, Libtorch = machine.Libtorch };
    }
}
