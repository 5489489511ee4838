using System.Globalization;
using Diptych.Common.Runtime;
using static TorchSharp.torch;

namespace Diptych.Lab.Pretraining;

/// <summary>What every stage of a rebuild shares.</summary>
/// <param name="Options">The rebuild's options.</param>
/// <param name="Folder">The work folder: checkpoints, latents, the log.</param>
/// <param name="Device">Where networks run.</param>
/// <param name="Report">Told what is going on, done, total and a detail.</param>
/// <param name="Cancellation">Asks to stop after the next checkpoint.</param>
internal sealed record StageContext(PretrainingOptions Options, string Folder, Device Device, Action<string, long, long, string>? Report, CancellationToken Cancellation)
{
    /// <summary>bf16 products where the hardware has them.</summary>
    public MixedPrecision Precision { get; } = MixedPrecision.Auto.On(Device);

    /// <summary>What a checkpoint must have been made with.</summary>
    public string Identity => string.Create(CultureInfo.InvariantCulture, $"seed {Options.Seed} pictures {Options.Pictures}/{Options.JudgePictures}");

    /// <summary>The stages, in the order in which they run.</summary>
    public static IReadOnlyList<string> Stages { get; } = [TextStage.Name, AutoencoderStage.Name, DenoiserStage.Name, OracleStage.Name, MiniClipStage.Name, MiniDinoStage.Name];

    /// <summary>How a stage trains its network.</summary>
    public StagePlan PlanOf(string stage) => stage switch
    {
        TextStage.Name => Options.Text,
        AutoencoderStage.Name => Options.Autoencoder,
        DenoiserStage.Name => Options.Denoiser,
        OracleStage.Name => Options.Oracle,
        MiniClipStage.Name => Options.MiniClip,
        MiniDinoStage.Name => Options.MiniDino,
        _ => throw new ArgumentOutOfRangeException(nameof(stage), stage, "There is no such stage."),
    };

    /// <summary>A file of the work folder.</summary>
    public string File(string name) => Path.Combine(Folder, name);

    /// <summary>Tells progress.</summary>
    public void Progress(string task, long done, long total, string detail = "") => Report?.Invoke(task, done, total, detail);

    /// <summary>Writes one line to the work folder's log.</summary>
    public void Log(FormattableString line) => System.IO.File.AppendAllText(File("log.txt"), line.ToString(CultureInfo.InvariantCulture) + "\n");

    /// <summary>A seed for libtorch's generators, one for every step of every stage.</summary>
    public long StepSeed(string stage, int step)
    {
        // Not string.GetHashCode, which differs from run to run.
        var hash = stage.Aggregate(17L, (sum, letter) => unchecked((sum * 31) + letter));
        var random = new RandomStream(Options.Seed, RandomPurpose.Other, hash & int.MaxValue, step);
        return ((long)random.Next(int.MaxValue) << 16) ^ random.Next(1 << 16);
    }

    /// <summary>Row numbers of a batch, drawn with libtorch's generator of this step: int64 [count] on the device.</summary>
    public Tensor Rows(long among, long count) => randint(0, among, [count], dtype: ScalarType.Int64, device: Device);
}
