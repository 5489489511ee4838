namespace Diptych.Lab.Subjects;

/// <summary>How much of a subject one picture shows.</summary>
/// <param name="Attributes">Per attribute whether the oracle reads it back.</param>
public sealed record SubjectScore(IReadOnlyDictionary<string, bool> Attributes)
{
    /// <summary>Share of the attributes read back, 0 to 1.</summary>
    public double Fidelity => Attributes.Values.Average(seen => seen ? 1.0 : 0.0);
}
