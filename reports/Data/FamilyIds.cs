namespace Diptych.Reports.Data;

/// <summary>Prompt families that the statistics treat by name.</summary>
public static class FamilyIds
{
    /// <summary>The whole instance prompt, nothing else.</summary>
    public const string Full = "F1";

    /// <summary>The whole instance prompt and a context: the reference of the partial prompts.</summary>
    public const string FullInContext = "F2";

    /// <summary>The central case: identifier and class in a context, without the instance prompt's beginning.</summary>
    public const string NoPrefix = "F3";

    /// <summary>The identifier without the class noun: a question of its own, which a learned word that stands for both cannot be asked.</summary>
    public const string IdentifierOnly = "F11";

    /// <summary>Class noun only: what has leaked into the ordinary word.</summary>
    public const string ClassOnly = "F12";

    /// <summary>Another rare word in the identifier's place: what has leaked into any such word.</summary>
    public const string OtherIdentifier = "F13";

    /// <summary>Name under which statistics pooled over <see cref="Subject"/> are written.</summary>
    public const string Pooled = "all";

    /// <summary>Families that ask for the subject; what is pooled is the mean over those among them that were drawn.</summary>
    public static IReadOnlyList<string> Subject { get; } = ["F1", "F2", "F3", "F4", "F5", "F9"];
}
