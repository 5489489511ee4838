namespace Diptych.Comparison.Families;

/// <summary>A way of asking for the subject. Whole and partial prompts differ in what they keep of the instance prompt, and in nothing else.</summary>
/// <param name="Id">Number in the catalogue of families, such as <c>F3</c>.</param>
/// <param name="Title">Two to four words for a heading.</param>
/// <param name="Question">What the family finds out, as a question.</param>
/// <param name="UsesContext">Whether its prompts name a scene.</param>
/// <param name="Prompt">Builds the prompt of one arm in one context; the third argument is the class noun.</param>
public sealed record PromptFamily(
    string Id, string Title, string Question, bool UsesContext, Func<SubjectWording, PromptContext, string, string> Prompt)
{
    /// <summary>Whether its prompts say what the subject is.</summary>
    public bool NamesClass { get; init; } = true;

    /// <summary>Whether its prompts put another rare word in the identifier's place.</summary>
    public bool SwapsIdentifier { get; init; }

    /// <summary>Attributes of the subject that the prompt itself asks to change, which therefore do not count against it.</summary>
    public IReadOnlyList<string> ChangedAttributes { get; init; } = [];

    /// <summary>Whether an arm can be asked: a word that stands for identifier and class noun at once cannot be said without either, nor with another identifier.</summary>
    public bool IsFor(SubjectWording wording)
    {
        ArgumentNullException.ThrowIfNull(wording);
        return (NamesClass || wording.IdentifierOnly != wording.Subject) && (!SwapsIdentifier || wording.OtherIdentifier is not null);
    }
}
