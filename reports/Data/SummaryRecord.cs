namespace Diptych.Reports.Data;

/// <summary>The numbers of a run; the file <c>rows.json</c>.</summary>
public sealed record SummaryRecord
{
    /// <summary>Layout of the file; readers refuse those they do not know.</summary>
    public int FormatVersion { get; init; } = RunRecord.CurrentVersion;

    /// <summary>Means by arm, family and measure.</summary>
    public required IReadOnlyList<RowRecord> Rows { get; init; }

    /// <summary>Means by arm and measure over the subject families, each family counting alike.</summary>
    public IReadOnlyList<RowRecord> Pooled { get; init; } = [];

    /// <summary>The families behind the pooled means, by measure: those subject families that every arm drew.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> PooledFamilies { get; init; } = new Dictionary<string, IReadOnlyList<string>>();

    /// <summary>Paired differences.</summary>
    public IReadOnlyList<EffectRecord> Effects { get; init; } = [];
}
