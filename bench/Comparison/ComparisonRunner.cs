using System.Diagnostics;
using Diptych.Common;
using Diptych.Common.Data;
using Diptych.Common.Pipelines;
using Diptych.Common.Runtime;
using Diptych.Common.Training;
using Diptych.Comparison.Arms;
using Diptych.Comparison.Families;
using Diptych.Comparison.Judging;
using Diptych.Comparison.Statistics;
using Diptych.Lab;
using Diptych.Lab.Subjects;
using Diptych.Reports.Data;
using static TorchSharp.torch;

namespace Diptych.Comparison;

/// <summary>Photos in, comparison out: trains both methods, asks every arm for the same pictures, measures them, and writes the run folder.</summary>
public static class ComparisonRunner
{
    /// <summary>Runs, or goes on with, a comparison.</summary>
    /// <param name="options">What is compared.</param>
    /// <param name="commandLine">The command that makes the run again, for the report.</param>
    /// <param name="progress">Told where the run stands.</param>
    /// <param name="cancellation">Interrupts; what was done stays in the run folder for <see cref="ComparisonOptions.Resume"/>.</param>
    /// <returns>The numbers, as written to <c>rows.json</c>.</returns>
    /// <exception cref="DiptychException">A file or an option is not as it must be; the message names it.</exception>
    public static SummaryRecord Run(ComparisonOptions options, string commandLine, Action<ComparisonProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        OptionsValidation.Check(options);
        OptionsValidation.Check(options.Generation);
        var (created, clock) = (DateTimeOffset.UtcNow, Stopwatch.StartNew());
        var lab = LabModel.Find();
        var subject = LabSubject.Load(options.Subject);
        var photos = new PhotoSet([.. subject.References.Select(r => Photo.Load(r.Path))], []);
        RgbImage[] heldOut = [.. subject.HeldOut.Select(h => Photo.Load(h.Path).Image)];
        RunIdentity.Claim(options, photos);
        if (File.Exists(Path.Combine(options.OutputDir, RunFolder.RunFile)))
        {
            return RunFolder.Read(options.OutputDir).Summary;
        }

        using var judges = JudgePanel.Load(lab);
        var truth = subject.Truth ?? judges.ReadTruth([.. photos.Photos.Select(p => p.Image)]) with { Class = options.ClassNoun };
        var description = options.Description ?? WordsAlone.Describe(truth);
        var contexts = Contexts.For(truth.Body);
        var plan = new WorkPlan(Stages(options), progress);

        // Nobody trains this copy: DreamBooth's arms load their own.
        using var untouched = options.LoadModel(trainsUNet: false);
        var arms = Train(options, photos, plan, untouched, description, cancellation);
        try
        {
            var store = new PictureStore(options.OutputDir, options.Seed, options.Generation with { MixedPrecision = options.MixedPrecision });
            Draw(options, arms, contexts, store, plan, cancellation);
            plan.Begin("Judging");
            var compared = heldOut.Length > 0 ? heldOut : [.. photos.Photos.Select(p => p.Image)];
            var images = Judge(options, arms, contexts, store, judges, truth, compared, plan);
            plan.Begin("Intervals");
            var summary = CellSummary.Summarize(images, options.Seed);
            plan.Report(1);
            RunFolder.WriteImages(options.OutputDir, images);
            RunFolder.WriteSummary(options.OutputDir, summary);
            RunFolder.WriteRun(options.OutputDir, RunDescription.Of(
                options, commandLine, created, clock.Elapsed, untouched, arms, contexts, subject, photos, description, lab,
                RunDescription.Ceilings(judges, untouched, truth, subject.Truth is not null, heldOut)));
            RemoveCheckpoints(options.OutputDir);
            return summary;
        }
        finally
        {
            foreach (var pipeline in arms.Select(a => a.Pipeline).Where(p => p != untouched).Distinct())
            {
                pipeline.Dispose();
            }
        }
    }

    // A network's moments are twice the network; a finished run needs neither them nor the way there.
    private static void RemoveCheckpoints(string runFolder)
    {
        foreach (var checkpoint in Directory.GetDirectories(Path.Combine(runFolder, RunFolder.TrainFolder), "checkpoint-*", SearchOption.AllDirectories))
        {
            Directory.Delete(checkpoint, recursive: true);
        }
    }

    private static List<(string Name, int Units, double CostPerUnit)> Stages(ComparisonOptions options)
    {
        var cells = PromptFamilies.All.Count;
        // All but what an arm cannot be asked (see PromptFamily.IsFor); the untouched model's pictures of the leak and of the recoloured class noun
        // serve several arms (see WeightsFor).
        var judged = options.Pictures * ((6 * cells) - 5);
        var drawn = judged - (4 * options.Pictures);
        var perPicture = options.Generation.Steps / 25.0;
        // Costs in units of one training pass of DreamBooth at the same batch size, measured on the embedded model.
        return
        [
            (ArmBuilder.Stage(ArmIds.TextualInversion), options.TextualInversionSteps, 0.65),
            (ArmBuilder.Stage(ArmIds.DreamBooth), options.DreamBoothSteps, 1),
            ("Drawing class images", options.NumClassImages, 2.1 * perPicture),
            (ArmBuilder.Stage(ArmIds.DreamBoothPrior), options.DreamBoothSteps, 2),
            ("Drawing pictures", drawn, 2.1 * perPicture),
            ("Judging", judged, 0.1),
            ("Intervals", 1, 20),
        ];
    }

    private static List<Arm> Train(ComparisonOptions options, PhotoSet photos, WorkPlan plan, StableDiffusion untouched, string description, CancellationToken cancellation)
    {
        var builder = new ArmBuilder(options, photos, plan, cancellation);
        plan.Begin(ArmBuilder.Stage(ArmIds.TextualInversion));
        var ti = builder.TextualInversion();
        plan.Begin(ArmBuilder.Stage(ArmIds.DreamBooth));
        var db = builder.DreamBooth(prior: false);
        plan.Begin("Drawing class images");
        var prior = builder.DreamBooth(prior: true);
        return [builder.Base(untouched), builder.Class(untouched), builder.Words(untouched, description), ti, db, prior];
    }

    private static void Draw(ComparisonOptions options, List<Arm> arms, IReadOnlyList<PromptContext> contexts, PictureStore store, WorkPlan plan, CancellationToken cancellation)
    {
        plan.Begin("Drawing pictures");
        var done = 0;
        foreach (var arm in arms)
        {
            var wanted = PromptFamilies.All.Where(family => family.IsFor(arm.Wording)).SelectMany(family => Units(options).Select(unit => (Prompt: PromptOf(arm, family, contexts, unit, options), Unit: unit)));
            foreach (var group in wanted.GroupBy(w => WeightsFor(arm, w.Prompt, options)))
            {
                store.Draw(arm.Pipeline, group.Key, group, drawn => plan.Report(done += drawn), cancellation);
            }
        }
    }

    private static List<ImageRecord> Judge(
        ComparisonOptions options, List<Arm> arms, IReadOnlyList<PromptContext> contexts, PictureStore store, JudgePanel judges, SubjectTruth truth, IReadOnlyList<RgbImage> references, WorkPlan plan)
    {
        var neutral = PromptFamilies.ClassWording(options.ClassNoun);
        var cells = arms.SelectMany(arm => PromptFamilies.All.Where(family => family.IsFor(arm.Wording)).Select(family => (Arm: arm, Family: family))).ToList();
        var records = new IReadOnlyList<ImageRecord>[cells.Count];
        var (gate, done) = (new Lock(), 0);
        using var reuse = MemoryReuse.Begin();
        MemoryReuse.Gather();
        using var lanes = Lanes.For(CPU, cells.Count, int.MaxValue);
        lanes.Share(cells.Count, cell =>
        {
            var (arm, family) = cells[cell];
            var prompts = Units(options).Select(unit => PromptOf(arm, family, contexts, unit, options)).ToList();
            var pictures = Units(options).Select(unit => store.Read(WeightsFor(arm, prompts[unit], options), prompts[unit], unit)).ToList();
            var texts = Units(options).Select(unit => family.Prompt(neutral, Contexts.Of(contexts, unit), options.ClassNoun)).ToList();
            var measured = judges.Measure(pictures, truth, references, texts, family);
            records[cell] =
            [
                .. Units(options).Select(unit => new ImageRecord
                {
                    Arm = arm.Record.Id,
                    Family = family.Id,
                    Prompt = prompts[unit],
                    TokenIds = [.. arm.Pipeline.Tokenizer.Encode(prompts[unit])],
                    Context = Contexts.Of(contexts, unit).Id,
                    SeedIndex = unit,
                    File = PictureStore.FileOf(WeightsFor(arm, prompts[unit], options), prompts[unit], unit),
                    Metrics = measured[unit].Metrics,
                    Attributes = measured[unit].Attributes,
                }),
            ];
            lock (gate)
            {
                plan.Report(done += pictures.Count);
            }
        });
        return [.. records.SelectMany(cell => cell)];
    }

    private static IEnumerable<int> Units(ComparisonOptions options) => Enumerable.Range(0, options.Pictures);

    private static string PromptOf(Arm arm, PromptFamily family, IReadOnlyList<PromptContext> contexts, int unit, ComparisonOptions options) =>
        family.Prompt(arm.Wording, Contexts.Of(contexts, unit), options.ClassNoun);

    // A prompt without the learned word is drawn by the untouched network, bit for bit: Textual Inversion changes nothing else.
    private static string WeightsFor(Arm arm, string prompt, ComparisonOptions options) =>
        arm.Record.Id == ArmIds.TextualInversion && !prompt.Contains(options.Placeholder, StringComparison.Ordinal) ? "base" : arm.Weights;
}
