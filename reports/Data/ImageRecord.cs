namespace Diptych.Reports.Data;

/// <summary>One drawn picture and what the judges say of it; one line of <c>images.jsonl</c>.</summary>
public sealed record ImageRecord
{
    /// <summary>Arm that drew it.</summary>
    public required string Arm { get; init; }

    /// <summary>Prompt family.</summary>
    public required string Family { get; init; }

    /// <summary>The prompt as it was given to the tokenizer, identifier and class filled in.</summary>
    public required string Prompt { get; init; }

    /// <summary>Token ids of the prompt with begin and end tokens, padding left out.</summary>
    public required IReadOnlyList<int> TokenIds { get; init; }

    /// <summary>Context within the family; the same in every arm and in every family with the same context. Empty where there is none.</summary>
    public required string Context { get; init; }

    /// <summary>Index of the initial latents; equal indices are equal noise in every arm.</summary>
    public required int SeedIndex { get; init; }

    /// <summary>Picture file, relative to the run folder, with forward slashes.</summary>
    public required string File { get; init; }

    /// <summary>Measures by name (see <see cref="MetricIds"/>); null where a measure does not apply.</summary>
    public required IReadOnlyDictionary<string, double?> Metrics { get; init; }

    /// <summary>The subject's attributes: 1 where the judge reads the subject's value back, 0 where not.</summary>
    public IReadOnlyDictionary<string, double> Attributes { get; init; } = new Dictionary<string, double>();
}
