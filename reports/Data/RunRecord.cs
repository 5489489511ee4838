namespace Diptych.Reports.Data;

/// <summary>Everything about a run but its pictures and numbers; the file <c>run.json</c>.</summary>
public sealed record RunRecord
{
    /// <summary>The layout this version reads and writes.</summary>
    public const int CurrentVersion = 1;

    /// <summary>Layout of the folder; readers refuse those they do not know.</summary>
    public int FormatVersion { get; init; } = CurrentVersion;

    /// <summary>When the run began, in UTC.</summary>
    public required DateTimeOffset Created { get; init; }

    /// <summary>The command that makes the run again.</summary>
    public required string CommandLine { get; init; }

    /// <summary>Every option in effect, defaults included.</summary>
    public required IReadOnlyDictionary<string, string> Options { get; init; }

    /// <summary>The seed from which every random number follows.</summary>
    public required long Seed { get; init; }

    /// <summary>Programs and libraries with their versions.</summary>
    public required IReadOnlyDictionary<string, string> Software { get; init; }

    /// <summary>The machine.</summary>
    public required MachineRecord Machine { get; init; }

    /// <summary>The model every arm started from.</summary>
    public required ModelRecord Model { get; init; }

    /// <summary>The subject.</summary>
    public required SubjectRecord Subject { get; init; }

    /// <summary>The arms, in the order in which they are shown.</summary>
    public required IReadOnlyList<ArmRecord> Arms { get; init; }

    /// <summary>The prompt families, in the order in which they are shown.</summary>
    public required IReadOnlyList<FamilyRecord> Families { get; init; }

    /// <summary>The judge's range on this subject.</summary>
    public required CeilingRecord Ceilings { get; init; }

    /// <summary>How pictures were drawn.</summary>
    public required SamplerRecord Sampler { get; init; }

    /// <summary>Wall-clock seconds of the whole run; 0 where not recorded.</summary>
    public double Seconds { get; init; }
}
