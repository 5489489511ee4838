namespace Diptych.Comparison.Families;

/// <summary>The catalogue: which prompts every arm is asked.</summary>
public static class PromptFamilies
{
    private static readonly HashSet<string> Walkers = new(StringComparer.Ordinal) { "dog", "cat", "bird", "robot", "person", "man", "woman", "horse" };

    /// <summary>All families in order.</summary>
    public static IReadOnlyList<PromptFamily> All { get; } =
    [
        new("F1", "Full prompt", "Is the subject there when the prompt is the one it was taught with?", false,
            (w, _, _) => w.Full),
        new("F2", "Full prompt in a scene", "Does it survive a scene named after the whole instance prompt? The reference for the partial prompts.", true,
            (w, c, _) => $"{w.Full} {c.Place}"),
        new("F3", "Without the opening words", "Does it survive when \"a photo of\" is dropped? The partial prompt people write first.", true,
            (w, c, noun) => Walkers.Contains(noun) ? $"a {w.Subject} walking {c.Place}" : $"a {w.Subject} {c.Place}"),
        new("F4", "Bare words", "What do the identifier and the class noun draw by themselves?", false,
            (w, _, _) => w.Subject),
        new("F5", "Bare words in a scene", "And with a scene?", true,
            (w, c, _) => $"{w.Subject} {c.Place}"),
        new("F9", "Recoloured", "Can one attribute be changed and the rest kept? The changed colour does not count against the subject.", true,
            (w, c, _) => "a " + w.Recoloured.Replace("{0}", c.Colour, StringComparison.Ordinal)) { ChangedAttributes = ["body"] },
        new("F11", "Identifier alone", "How much of the subject does the identifier carry alone?", true,
            (w, c, _) => $"a photo of {Article(w)}{w.IdentifierOnly} {c.Place}") { NamesClass = false },
        new("F12", "Class noun only (leak)", "Has the class word itself become the subject? Lower is better.", true,
            (_, c, noun) => $"a {noun} {c.Place}"),
        new("F13", "Another rare word (control)", "Is it the identifier that brings the subject, or would any rare word? Lower is better.", true,
            (w, c, noun) => $"a photo of {w.OtherIdentifier} {noun} {c.Place}") { SwapsIdentifier = true },
    ];

    /// <summary>The wording of "any member of the class", by which every arm's prompt fidelity is judged alike.</summary>
    public static SubjectWording ClassWording(string noun) => new($"a photo of a {noun}", noun, noun, "{0} " + noun);

    // The instance prompt has no article before the identifier, and a partial prompt keeps its wording.
    private static string Article(SubjectWording wording) => wording.Full.Contains("a photo of a ", StringComparison.Ordinal) ? "a " : "";
}
