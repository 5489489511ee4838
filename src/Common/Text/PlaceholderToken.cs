namespace Diptych.Common.Text;

/// <summary>A word added to the vocabulary to stand for a learned concept.</summary>
/// <param name="Token">The word as prompts write it, such as <c>&lt;cat-toy&gt;</c>.</param>
/// <param name="Ids">Its ids, one for each learned vector; the reference scripts call them TOKEN, TOKEN_1, TOKEN_2, ...</param>
public sealed record PlaceholderToken(string Token, IReadOnlyList<int> Ids)
{
    /// <summary>The names of the single vectors, in order: the token itself, then with <c>_1</c>, <c>_2</c>, ... appended.</summary>
    public IReadOnlyList<string> Names { get; } = [.. Ids.Select((_, i) => i == 0 ? Token : $"{Token}_{i}")];
}
