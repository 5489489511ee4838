using Diptych.Comparison.Statistics;
using Diptych.Common.Runtime;
using Diptych.Reports.Data;
using SkiaSharp;

namespace Diptych.Tests.Reports;

/// <summary>A made-up run with known effects and coloured squares for pictures.</summary>
internal sealed record SyntheticRun
{
    public const int TrainingSteps = 40;

    public static SyntheticRun Default { get; } = new();

    /// <summary>Chance of an attribute being right, by arm.</summary>
    public IReadOnlyDictionary<string, double> Fidelity { get; init; } = new Dictionary<string, double>
    {
        ["base"] = 0.35, ["class"] = 0.35, ["words"] = 0.45, ["ti"] = 0.55, ["db"] = 0.85, ["db-prior"] = 0.75,
    };

    /// <summary>Added to the chance in a family, by arm and family.</summary>
    public IReadOnlyDictionary<(string Arm, string Family), double> Shift { get; init; } = new Dictionary<(string, string), double>
    {
        [("db", "F12")] = -0.1, [("db-prior", "F12")] = -0.35, [("ti", "F12")] = -0.2, [("words", "F12")] = -0.1,
    };

    public bool InWorld { get; init; } = true;

    public int Seeds { get; init; } = 2;

    public IReadOnlyList<string> Families { get; init; } = ["F1", "F2", "F3", "F4", "F5", "F9", "F11", "F12"];

    private static readonly string[] Scenes = ["on the beach", "in the snow", "on the moon", "in a forest"];
    private static readonly string[] Attributes = ["class", "body", "part", "accessory", "patch"];

    public static void Write(string folder) => Default.Save(folder);

    public void Save(string folder)
    {
        var images = DrawImages(folder);
        RunFolder.WriteRun(folder, Describe(folder));
        RunFolder.WriteImages(folder, images);
        RunFolder.WriteSummary(folder, CellSummary.Summarize(images, seed: 7, resamples: 100));
        foreach (var arm in new[] { "ti", "db", "db-prior" })
        {
            RunFolder.WriteTraining(folder, arm, Curve(arm));
        }
    }

    /// <summary>Writes a run that was read, so that the two can be compared byte for byte.</summary>
    public static void Copy(string folder, RunFolder run)
    {
        RunFolder.WriteRun(folder, run.Run);
        RunFolder.WriteImages(folder, run.Images);
        RunFolder.WriteSummary(folder, run.Summary);
        foreach (var (arm, points) in run.Training)
        {
            RunFolder.WriteTraining(folder, arm, points);
        }
    }

    private static IEnumerable<TrainingPoint> Curve(string arm)
    {
        var noise = new RandomStream(3, RandomPurpose.Other, ArmIds.Order(arm));
        for (var step = 1; step <= TrainingSteps; step++)
        {
            yield return new TrainingPoint(step, 0.2 + (0.5 * Math.Exp(-step / 12.0)) + (0.1 * noise.NextDouble()), 1e-4, step * 0.15);
        }
    }

    private List<ImageRecord> DrawImages(string folder)
    {
        var images = new List<ImageRecord>();
        foreach (var arm in ArmIds.All)
        {
            foreach (var family in Families)
            {
                // One word for identifier and class noun at once, and no identifier at all: neither can leave the class noun out.
                if (family == FamilyIds.IdentifierOnly && arm is "ti" or "class")
                {
                    continue;
                }

                var contexts = family is "F1" or "F4" ? [""] : Scenes;
                for (var c = 0; c < contexts.Length; c++)
                {
                    for (var seed = 0; seed < Seeds; seed++)
                    {
                        images.Add(Draw(folder, arm, family, contexts[c], c, seed));
                    }
                }
            }
        }

        return images;
    }

    private ImageRecord Draw(string folder, string arm, string family, string context, int contextIndex, int seed)
    {
        var luck = new RandomStream(11, RandomPurpose.Other, ArmIds.Order(arm), (((family.Length * 100) + family[^1]) * 1000) + (contextIndex * 100) + seed);
        var chance = Fidelity[arm] + Shift.GetValueOrDefault((arm, family));
        var attributes = Attributes.ToDictionary(name => name, _ => luck.NextDouble() < chance ? 1.0 : 0.0);
        var asked = context.Length == 0 ? (double?)null : luck.NextDouble() < 0.9 ? 1 : 0.5;
        double? Likeness(double value) => family == "F9" ? null : value;
        var file = $"images/{arm}/{contextIndex}-{seed}.png";
        Square(Path.Combine(folder, file), SKColor.FromHsl((contextIndex * 70) + (ArmIds.Order(arm) * 15), 60, 40 + (seed * 6)));
        return new ImageRecord
        {
            Arm = arm,
            Family = family,
            Prompt = $"a photo of a <sks> dog {context}".TrimEnd(),
            TokenIds = [877, 12, 40, 7, 879, 55, 878],
            Context = context,
            SeedIndex = seed,
            File = file,
            Metrics = new Dictionary<string, double?>
            {
                ["subject_fidelity"] = attributes.Values.Average(),
                ["prompt_fidelity"] = asked,
                ["joint_success"] = attributes.Values.All(value => value == 1) && (asked is null or 1) ? 1 : 0,
                ["clip_i"] = Likeness(0.6 + (0.2 * chance) + (0.1 * luck.NextDouble())),
                ["dino_i"] = Likeness(0.4 + (0.3 * chance) + (0.1 * luck.NextDouble())),
                ["clip_t"] = 0.25 + (0.05 * luck.NextDouble()),
            },
            Attributes = attributes,
        };
    }

    private RunRecord Describe(string folder)
    {
        foreach (var name in new[] { "references/00.png", "references/01.png", "held-out/00.png" })
        {
            Square(Path.Combine(folder, "subject", name), SKColors.Teal);
        }

        return new RunRecord
        {
            Created = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero),
            CommandLine = "diptych compare --subject models/lab/subjects/off-palette-dog --seed 7",
            Options = new Dictionary<string, string> { ["seed"] = "7", ["instance-prompt"] = "a photo of a sks dog" },
            Seed = 7,
            Software = new Dictionary<string, string> { ["diptych"] = "0.1.0", ["TorchSharp"] = "0.107.0" },
            Machine = new MachineRecord { Cpu = "Example CPU", Cores = 2, MemoryBytes = 8L << 30, Os = "Linux", Libtorch = "2.10.0 cpu" },
            Model = new ModelRecord { Name = "lab", Folder = "models/lab/model", Hash = "0123abcd", World = "embedded lab model", PictureSize = 128 },
            Subject = new SubjectRecord
            {
                Name = "off-palette dog",
                ClassNoun = "dog",
                Tier = "off-palette",
                References = ["subject/references/00.png", "subject/references/01.png"],
                HeldOut = ["subject/held-out/00.png"],
                InWorld = InWorld,
                Description = "green dog",
            },
            Arms = [.. ArmIds.All.Select(Arm)],
            Families = [.. Families.Select(Family)],
            Ceilings = new CeilingRecord
            {
                HeldOut = 0.91,
                RoundTrip = 0.88,
                LookAlike = 0.32,
                HeldOutDino = 0.82,
                RoundTripDino = 0.79,
                LookAlikeDino = 0.07,
                HeldOutAttributes = Attributes.ToDictionary(name => name, _ => 0.9),
                Pictures = 16,
            },
            Sampler = new SamplerRecord { Name = "ddim", Steps = 25, GuidanceScale = 3, SeedsPerPrompt = Seeds },
            Seconds = 500,
        };
    }

    private static FamilyRecord Family(string id) => new()
    {
        Id = id,
        Title = "Title of " + id,
        Question = $"What does {id} ask?",
        Contexts = id is "F1" or "F4" ? [] : Scenes,
        ExamplePrompts = ArmIds.All.ToDictionary(arm => arm, arm => $"a photo of {arm} in {id}"),
    };

    private static ArmRecord Arm(string id) => new()
    {
        Id = id,
        Title = id switch
        {
            "base" => "Base model",
            "class" => "Class noun",
            "words" => "Words alone",
            "ti" => "Textual Inversion",
            "db" => "DreamBooth",
            _ => "DreamBooth with prior",
        },
        Method = $"How {id} works.",
        InstancePrompt = ArmIds.IsTrained(id) ? "a photo of a <sks> dog" : null,
        Placeholder = id == "ti" ? "<sks>" : null,
        Steps = ArmIds.IsTrained(id) ? 300 : 0,
        Seconds = ArmIds.IsTrained(id) ? 45.6 : 0,
        MillisecondsPerStep = ArmIds.IsTrained(id) ? 152 : 0,
        TrainedParameters = id switch { "ti" => 128, "db" or "db-prior" => 5_500_000, _ => 0 },
        ArtifactBytes = id switch { "ti" => 640, "db" or "db-prior" => 11_000_000, _ => 0 },
        LearnedRowNorm = id == "ti" ? 1.15 : null,
        TypicalRowNorm = id == "ti" ? 0.24 : null,
    };

    private static void Square(string path, SKColor colour)
    {
        if (File.Exists(path))
        {
            return;
        }

        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using var bitmap = new SKBitmap(32, 32);
        bitmap.Erase(colour);
        using var data = bitmap.Encode(SKEncodedImageFormat.Png, 90);
        File.WriteAllBytes(path, data.ToArray());
    }
}
