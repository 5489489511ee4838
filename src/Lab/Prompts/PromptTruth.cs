using Diptych.Lab.Judges;

namespace Diptych.Lab.Prompts;

/// <summary>What a prompt asks for, as far as the laboratory's vocabulary can say it and the oracle can see it.</summary>
/// <param name="Demands">Per head of the oracle (see <see cref="OracleHeads"/>) the value asked for; heads that the prompt leaves open are absent.</param>
public sealed record PromptTruth(IReadOnlyDictionary<string, string> Demands)
{
    /// <summary>Whether the prompt leaves everything open.</summary>
    public bool IsEmpty => Demands.Count == 0;

    /// <summary>
    /// Reads a prompt's demands. Give one text per prompt to every arm (the subject's phrase replaced by the class noun, or taken out), so
    /// that identifiers and placeholders do not change what is asked.
    /// </summary>
    public static PromptTruth Parse(string prompt) => PromptParser.Parse(prompt);
}
