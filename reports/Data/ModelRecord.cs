namespace Diptych.Reports.Data;

/// <summary>The model every arm started from.</summary>
public sealed record ModelRecord
{
    /// <summary>Name to show.</summary>
    public required string Name { get; init; }

    /// <summary>Folder it was loaded from.</summary>
    public required string Folder { get; init; }

    /// <summary>Hash of its weights, so that two runs can be told to have started alike.</summary>
    public required string Hash { get; init; }

    /// <summary>What the model knows, in a few words: <c>embedded lab model</c> or another.</summary>
    public required string World { get; init; }

    /// <summary>Edge of a drawn picture, in pixels; 0 where not recorded.</summary>
    public int PictureSize { get; init; }
}
