namespace Diptych.Reports.Data;

/// <summary>One arm of the comparison: how it was made and what it cost.</summary>
public sealed record ArmRecord
{
    /// <summary>One of <see cref="ArmIds"/>.</summary>
    public required string Id { get; init; }

    /// <summary>Name to show, such as <c>DreamBooth</c>.</summary>
    public required string Title { get; init; }

    /// <summary>One sentence that says what the method changes.</summary>
    public required string Method { get; init; }

    /// <summary>The prompt it was trained on, or null where nothing was trained or a list of templates was used.</summary>
    public string? InstancePrompt { get; init; }

    /// <summary>The new word it taught the tokenizer, or null.</summary>
    public string? Placeholder { get; init; }

    /// <summary>Optimizer steps; 0 where nothing was trained.</summary>
    public int Steps { get; init; }

    /// <summary>Wall-clock seconds of training, with the making of class pictures and caches.</summary>
    public double Seconds { get; init; }

    /// <summary>Median milliseconds of a training step.</summary>
    public double MillisecondsPerStep { get; init; }

    /// <summary>Numbers the method may change.</summary>
    public long TrainedParameters { get; init; }

    /// <summary>Bytes of what must be kept to draw the subject again.</summary>
    public long ArtifactBytes { get; init; }

    /// <summary>Textual Inversion: Euclidean norm of the learned row, mean over rows.</summary>
    public double? LearnedRowNorm { get; init; }

    /// <summary>Textual Inversion: median norm of the frozen vocabulary's rows.</summary>
    public double? TypicalRowNorm { get; init; }

    /// <summary>What a reader should know besides.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
}
