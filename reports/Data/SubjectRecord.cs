namespace Diptych.Reports.Data;

/// <summary>What the two methods were asked to learn.</summary>
public sealed record SubjectRecord
{
    /// <summary>Name to show, such as <c>off-palette dog</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Class noun used in prompts, such as <c>dog</c>.</summary>
    public required string ClassNoun { get; init; }

    /// <summary>How hard the subject is to say in the model's vocabulary (<c>sayable</c>, <c>off-palette</c>, <c>unsayable</c>), or null where unknown.</summary>
    public string? Tier { get; init; }

    /// <summary>Training pictures, paths relative to the run folder.</summary>
    public required IReadOnlyList<string> References { get; init; }

    /// <summary>Pictures of the subject that no method saw, paths relative to the run folder.</summary>
    public IReadOnlyList<string> HeldOut { get; init; } = [];

    /// <summary>Whether the subject comes from the world the model and its judges were trained on.</summary>
    public required bool InWorld { get; init; }

    /// <summary>The description the arm <c>words</c> used in the subject's place.</summary>
    public string? Description { get; init; }
}
