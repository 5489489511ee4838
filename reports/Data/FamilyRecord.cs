namespace Diptych.Reports.Data;

/// <summary>A family of prompts that put the same question to every arm.</summary>
public sealed record FamilyRecord
{
    /// <summary>Short name: <c>F1</c>, <c>F2</c>, ...</summary>
    public required string Id { get; init; }

    /// <summary>Title in a few words, such as <c>Bare, in a context</c>.</summary>
    public required string Title { get; init; }

    /// <summary>What the family asks, as a question in words.</summary>
    public required string Question { get; init; }

    /// <summary>Its contexts, in the words that stand in the prompts; empty where it has none.</summary>
    public IReadOnlyList<string> Contexts { get; init; } = [];

    /// <summary>An example prompt for each arm that drew the family.</summary>
    public required IReadOnlyDictionary<string, string> ExamplePrompts { get; init; }
}
