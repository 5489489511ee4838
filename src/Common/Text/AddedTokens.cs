namespace Diptych.Common.Text;

/// <summary>
/// Tokens that are recognised in the text itself, before it is split into words; where several start at one place the longest wins.
/// </summary>
internal sealed class AddedTokens
{
    private readonly Dictionary<string, int> _ids = new(StringComparer.Ordinal);

    /// <summary>The id of a token, or null.</summary>
    public int? Find(string token) => _ids.TryGetValue(token, out var id) ? id : null;

    /// <summary>Registers a token.</summary>
    public void Add(string token, int id) => _ids[token] = id;

    /// <summary>Cuts the text into added tokens (with their id) and the stretches between them (without).</summary>
    public IEnumerable<(string Text, int? Id)> Split(string text)
    {
        for (var start = 0; start < text.Length;)
        {
            var at = text.Length;
            var found = "";
            foreach (var token in _ids.Keys)
            {
                var index = text.IndexOf(token, start, StringComparison.Ordinal);
                if (index >= 0 && (index < at || (index == at && token.Length > found.Length)))
                {
                    (at, found) = (index, token);
                }
            }

            if (at > start)
            {
                yield return (text[start..at], null);
            }

            if (found.Length > 0)
            {
                yield return (found, _ids[found]);
            }

            start = at + found.Length;
        }
    }
}
