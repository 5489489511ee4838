using System.Diagnostics;
using System.Text.Json;
using Diptych.Common;
using Diptych.Common.Layers;
using Diptych.Common.Runtime;
using Diptych.Common.Text;
using Diptych.Common.Vae;
using Diptych.Common.Weights;
using Diptych.Lab.Subjects;
using Diptych.Lab.Verification;
using Diptych.Lab.World;
using static TorchSharp.torch;

namespace Diptych.Lab.Pretraining;

/// <summary>
/// Rebuilds the laboratory from a seed: the world's pictures, the tokenizer, the generator's three networks and the three judges, each with a gate. A
/// stage that is done is not run again; one that was interrupted goes on from its checkpoint.
/// </summary>
public sealed class LabPretraining
{
    // Sets of pictures, each from its own streams. Judges never learn from the generator's pictures.
    private const long TrainingSet = 10;
    private const long HeldOutSet = 11;
    private const long JudgeSet = 20;
    private const long JudgeHeldOutSet = 21;
    private const long UnseenCaptions = 30;
    private const long SeenCaptions = 31;

    // Pictures of the unseen captions that lie beside them as the world draws them.
    private const int Renders = 16;

    private readonly StageContext _context;
    private readonly LabModel _release;
    private readonly List<StageReport> _reports = [];

    /// <summary>Prepares a rebuild.</summary>
    /// <param name="options">What to build.</param>
    /// <param name="workFolder">Checkpoints, latents, the log and the laboratory being built; a later call with the same options goes on from it.</param>
    /// <param name="device">Where networks run.</param>
    /// <param name="progress">Told what is going on, done, total and a detail.</param>
    /// <param name="cancellation">Asks to stop after the next checkpoint.</param>
    /// <exception cref="DiptychException">The folder cannot be created.</exception>
    public LabPretraining(PretrainingOptions options, string workFolder, Device device, Action<string, long, long, string>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        _context = new StageContext(options, workFolder, device, progress, cancellation);
        _release = new LabModel(Path.Combine(workFolder, "lab"));
        try
        {
            Directory.CreateDirectory(_release.Root);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DiptychException($"--work-dir {workFolder} cannot be created ({e.Message.ReplaceLineEndings(" ").TrimEnd('.')}): choose a writable folder.", e);
        }
    }

    /// <summary>The laboratory being built.</summary>
    public LabModel Release => _release;

    /// <summary>Runs every stage and returns what each measured.</summary>
    /// <exception cref="DiptychException">A gate failed; the message names stage, figure and limit. Or the work folder holds another rebuild.</exception>
    /// <exception cref="OperationCanceledException">Interrupted; a later call goes on.</exception>
    public IReadOnlyList<StageReport> Run()
    {
        // Pictures by the thousand go through networks between two stages too.
        using var reuse = MemoryReuse.Begin();
        using var scope = NewDisposeScope();
        PretrainingIdentity.Claim(_context.Options, _context.File(PretrainingIdentity.FileName));
        RequirePlans();
        RequireWhatToGoOnFrom();
        WriteFrame();
        var tokenizer = ClipTokenizer.Load(_release.Tokenizer);
        Generator(tokenizer);
        Denoiser(tokenizer);
        Judges(tokenizer);
        return _reports;
    }

    // Text encoder and autoencoder need the generator's pictures; the latents outlive them.
    private void Generator(ClipTokenizer tokenizer)
    {
        if (IsDone(TextStage.Name) && IsDone(AutoencoderStage.Name))
        {
            _reports.AddRange([Report(TextStage.Name)!, Report(AutoencoderStage.Name)!]);
            return;
        }

        using var scope = NewDisposeScope();
        using var pictures = Training(withRegions: true);
        using var heldOut = WorldPictures.Render(WorldPictures.Draw(_context.Options.HeldOutPictures, _context.Options.Seed, HeldOutSet, WorldSampler.Training), withRegions: true, _context.Device, _context.Cancellation);
        Stage(TextStage.Name, () =>
        {
            using var captions = CaptionData.Write(pictures.Attributes, tokenizer, _context.Options.Seed, _context.Device);
            using var coined = new CoinedCaptions(pictures.Attributes, tokenizer, _context.Options.Seed, _context.Device);
            using var targets = new AttributeTargets(pictures.Attributes, _context.Device);
            return TextStage.Run(_context, pictures, captions, coined, targets, _release);
        });
        Stage(AutoencoderStage.Name, () => AutoencoderStage.Run(_context, pictures, heldOut, _release));
    }

    private void Judges(ClipTokenizer tokenizer)
    {
        if (IsDone(OracleStage.Name) && IsDone(MiniClipStage.Name) && IsDone(MiniDinoStage.Name))
        {
            _reports.AddRange([Report(OracleStage.Name)!, Report(MiniClipStage.Name)!, Report(MiniDinoStage.Name)!]);
            return;
        }

        using var scope = NewDisposeScope();
        var seed = _context.Options.Seed;
        using var heldOut = WorldPictures.Render(WorldPictures.Draw(_context.Options.HeldOutPictures, seed, JudgeHeldOutSet, WorldSampler.ForJudges), withRegions: true, _context.Device, _context.Cancellation);
        using var pictures = WorldPictures.Render(WorldPictures.Draw(_context.Options.JudgePictures, seed, JudgeSet, WorldSampler.ForJudges), withRegions: true, _context.Device, _context.Cancellation);
        using var targets = new AttributeTargets(pictures.Attributes, _context.Device);
        Stage(OracleStage.Name, () =>
        {
            using var vae = Autoencoder();
            return OracleStage.Run(_context, pictures, heldOut, targets, vae, _release);
        });
        Stage(MiniClipStage.Name, () =>
        {
            using var captions = CaptionData.Write(pictures.Attributes, tokenizer, seed + JudgeSet, _context.Device);
            return MiniClipStage.Run(_context, pictures, captions, targets, heldOut, _release);
        });
        Stage(MiniDinoStage.Name, () => MiniDinoStage.Run(_context, _release));
    }

    private void Denoiser(ClipTokenizer tokenizer) => Stage(DenoiserStage.Name, () =>
    {
        using var scope = NewDisposeScope();
        using var words = CoinedWords.Load(_context.File(CoinedWords.FileName), _context.Options.Shapes.TextWidth);
        words.MoveTo(_context.Device);
        Tensor moments, shares;
        IReadOnlyList<PictureAttributes> attributes;
        using (var vae = Autoencoder())
        {
            using var pictures = Training(withRegions: true);
            attributes = pictures.Attributes;
            moments = LatentStage.Run(_context, pictures, vae);
            shares = LatentStage.SubjectShares(pictures, WorldRenderer.Size / (int)moments.size(2));
        }

        using var captions = CaptionData.Write(attributes, tokenizer, _context.Options.Seed, _context.Device);
        using var coined = new CoinedCaptions(attributes, tokenizer, _context.Options.Seed, _context.Device);
        using var targets = new AttributeTargets(attributes, _context.Device);
        return DenoiserStage.Run(_context, moments, shares, captions, coined, words, targets, _release);
    });

    private WorldPictures Training(bool withRegions)
    {
        _context.Progress("rendering", 0, 1);
        var pictures = WorldPictures.Render(WorldPictures.Draw(_context.Options.Pictures, _context.Options.Seed, TrainingSet, WorldSampler.Training), withRegions, _context.Device, _context.Cancellation);
        _context.Progress("rendering", 1, 1);
        return pictures;
    }

    private AutoencoderKL Autoencoder()
    {
        var vae = AutoencoderKL.Load(Path.Combine(_release.Model, "vae"));
        vae.MoveTo(_context.Device);
        return vae;
    }

    // All that is not learned: tokenizer, scheduler, subjects, captions with their truth.
    private void WriteFrame()
    {
        TokenizerBuilder.Write(WorldVocabulary.All, LabShapes.ContextLength, _release.Tokenizer);
        Directory.CreateDirectory(Path.Combine(_release.Model, "scheduler"));
        AtomicFile.WriteText(Path.Combine(_release.Model, "scheduler", "scheduler_config.json"), LabConfigs.Scheduler());
        foreach (var (index, (name, subject)) in SubjectFactory.Released.Index())
        {
            SubjectWriter.Write(_release.Subject(name), subject, SubjectFactory.Tiers.First(tier => name.StartsWith(tier, StringComparison.Ordinal)), 500 + index);
        }

        WriteCaptions("seen", 200, SeenCaptions, heldOut: false);
        KnownPictures.WriteRenders(_release, WriteCaptions("unseen", 400, UnseenCaptions, heldOut: true)[..Renders]);
    }

    private CaptionWithTruth[] WriteCaptions(string set, int count, long stream, bool heldOut)
    {
        // The captions are part of the measure, not of the model: every rebuild is asked the same questions.
        CaptionWithTruth[] captions =
        [
            .. Enumerable.Range(0, count).Select(i =>
            {
                var random = new RandomStream(0, RandomPurpose.World, stream, i);
                var attributes = WorldSampler.Sayable(random, heldOut);
                return new CaptionWithTruth { Caption = CaptionWriter.Full(attributes, random), Attributes = attributes };
            }),
        ];
        AtomicFile.WriteText(_release.Captions(set), JsonSerializer.Serialize(captions) + "\n");
        return captions;
    }

    private void Stage(string name, Func<IReadOnlyList<Gate>> run)
    {
        if (Report(name) is { } done)
        {
            _reports.Add(done);
            return;
        }

        var clock = Stopwatch.StartNew();
        var gates = run();
        var report = new StageReport(name, clock.Elapsed.TotalSeconds, gates, _context.PlanOf(name));
        foreach (var gate in report.Gates)
        {
            _context.Log($"{name}: {gate}");
        }

        if (_context.Options.Gated && report.Gates.FirstOrDefault(gate => !gate.Holds) is { } failed)
        {
            throw new DiptychException($"The gate after {name} failed: {failed}. Its weights are in {_release.Root}; train it longer, or pass --ungated to go on with it.");
        }

        report.Write(ReportPath(name));
        _reports.Add(report);
    }

    // What a stage that is done was trained by cannot be asked for otherwise afterwards; it would be passed over as if it had been.
    private void RequirePlans()
    {
        foreach (var name in StageContext.Stages)
        {
            if (Report(name)?.Plan is { } then && then != _context.PlanOf(name))
            {
                throw new DiptychException(
                    $"{ReportPath(name)}: {name} was trained by another plan than is asked for now: delete that file and {name}.safetensors beside it to train it again, with those of the stages that build on it, or give the options it was trained with.");
            }
        }
    }

    // Used after hours of work: whether the files are there and whole is looked at before.
    private void RequireWhatToGoOnFrom()
    {
        if (_context.Options.From is { } before)
        {
            foreach (var path in (string[])[DenoiserStage.WeightsOf(before), OracleStage.WeightsOf(before)])
            {
                SafetensorsFile.Open(path).Dispose();
            }
        }
    }

    private bool IsDone(string name) => Report(name) is not null;

    private StageReport? Report(string name) => StageReport.Read(ReportPath(name));

    private string ReportPath(string name) => _context.File(name + ".json");
}
