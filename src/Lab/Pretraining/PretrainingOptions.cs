namespace Diptych.Lab.Pretraining;

/// <summary>Everything a rebuild of the laboratory depends on, besides the program and the machine.</summary>
public sealed record PretrainingOptions
{
    /// <summary>Names every random choice. Default 0.</summary>
    public long Seed { get; init; }

    /// <summary>Pictures the generator learns from.</summary>
    public required int Pictures { get; init; }

    /// <summary>Pictures the judges learn from, of appearances drawn at random.</summary>
    public required int JudgePictures { get; init; }

    /// <summary>Pictures of either kind that nobody learns from.</summary>
    public required int HeldOutPictures { get; init; }

    /// <summary>The text encoder, trained as one half of a small CLIP.</summary>
    public required StagePlan Text { get; init; }

    /// <summary>The autoencoder.</summary>
    public required StagePlan Autoencoder { get; init; }

    /// <summary>The denoiser.</summary>
    public required StagePlan Denoiser { get; init; }

    /// <summary>The judge that reads attributes.</summary>
    public required StagePlan Oracle { get; init; }

    /// <summary>The judge that compares pictures with words.</summary>
    public required StagePlan MiniClip { get; init; }

    /// <summary>The judge that recognises an individual.</summary>
    public required StagePlan MiniDino { get; init; }

    /// <summary>Sizes of the networks.</summary>
    public LabShapes Shapes { get; init; } = new();

    /// <summary>A laboratory whose denoiser and oracle those of this one go on from; null begins anew.</summary>
    public LabModel? From { get; init; }

    /// <summary>Whether the figures of every stage must reach the release's limits. Off for micro runs, which only show that everything works.</summary>
    public bool Gated { get; init; } = true;

    /// <summary>A rebuild on two CPU cores in some hours. The release's autoencoder, mini-CLIP and mini-DINO were trained so.</summary>
    public static PretrainingOptions Cpu { get; } = new()
    {
        Pictures = 36_000, JudgePictures = 14_000, HeldOutPictures = 1_000,
        Text = new(2000, 192, 1e-3) { WarmupSteps = 60, ConstantShare = 0, WeightDecay = .02 },
        Autoencoder = new(6000, 16, 2e-3) { WarmupSteps = 100, WeightDecay = 0 },
        Oracle = new(9000, 32, 2e-3) { AverageDecay = .99, ConstantShare = 0 },
        MiniClip = new(900, 128, 1e-3) { WarmupSteps = 60, ConstantShare = 0, WeightDecay = .02 },
        MiniDino = new(1500, 96, 1e-3) { ConstantShare = 0 },
        Denoiser = new(12_500, 32, 8e-4) { ConstantShare = .5, Beta2 = .999 },
    };

    /// <summary>A rebuild on a data-centre GPU in some minutes: more pictures, larger batches, several times the samples. The release's text encoder and oracle were trained so, and its denoiser with 7092 of these steps.</summary>
    public static PretrainingOptions Gpu { get; } = new()
    {
        Pictures = 80_000, JudgePictures = 40_000, HeldOutPictures = 1_000,
        Text = new(3000, 512, 1e-3) { WarmupSteps = 100, ConstantShare = 0, WeightDecay = .02 },
        Autoencoder = new(12_000, 64, 1.5e-3) { WarmupSteps = 200, WeightDecay = 0, AverageDecay = .999 },
        Oracle = new(8000, 128, 2e-3) { AverageDecay = .998, ConstantShare = 0 },
        MiniClip = new(2500, 512, 1e-3) { WarmupSteps = 100, ConstantShare = 0, WeightDecay = .02 },
        MiniDino = new(4000, 256, 1e-3) { ConstantShare = 0 },
        Denoiser = new(13_637, 192, 1e-3) { ConstantShare = .5, WarmupSteps = 200, AverageDecay = .999, Beta2 = .999 },
    };

    /// <summary>Everything once, far too small to be of use: a minute, for the tests.</summary>
    public static PretrainingOptions Micro { get; } = new()
    {
        Pictures = 96, JudgePictures = 96, HeldOutPictures = 32,
        Text = new(12, 16, 1e-3), Autoencoder = new(12, 4, 2e-3), Oracle = new(12, 8, 2e-3), MiniClip = new(8, 16, 1e-3), MiniDino = new(8, 16, 1e-3), Denoiser = new(16, 8, 8e-4),
        Shapes = LabShapes.Micro,
        Gated = false,
    };

    /// <summary>
    /// The same, with a denoiser and an oracle that go on from another laboratory's: their weights need not be found again, so they take steps of half the size, and
    /// smaller ones from early on.
    /// </summary>
    public PretrainingOptions GoingOnFrom(LabModel laboratory)
    {
        static StagePlan Gentler(StagePlan plan) => plan with { LearningRate = plan.LearningRate / 2, ConstantShare = Math.Min(plan.ConstantShare, .2) };
        return this with { From = laboratory, Denoiser = Gentler(Denoiser), Oracle = Gentler(Oracle) };
    }

    /// <summary>The same with every stage's steps multiplied.</summary>
    public PretrainingOptions WithEffort(double factor)
    {
        StagePlan Longer(StagePlan plan) => plan with { Steps = Math.Max(1, (int)Math.Round(plan.Steps * factor)) };
        return this with
        {
            Text = Longer(Text), Autoencoder = Longer(Autoencoder), Denoiser = Longer(Denoiser), Oracle = Longer(Oracle), MiniClip = Longer(MiniClip), MiniDino = Longer(MiniDino),
        };
    }
}
