using System.Text.RegularExpressions;
using Diptych.Lab.Judges;
using Diptych.Lab.World;

namespace Diptych.Lab.Prompts;

/// <summary>
/// Reads demands out of a prompt. Articles, prepositions and punctuation cut it into chunks ("photo", "red sks dog", "yellow hat", "beach"),
/// and a colour or pattern belongs to the noun of its own chunk. What is said twice counts the first time.
/// </summary>
internal static partial class PromptParser
{
    private static readonly HashSet<string> Articles = ["a", "an", "the", "my", "of", "one"];

    private static readonly HashSet<string> Prepositions =
        ["on", "in", "at", "with", "without", "no", "and", "or", "under", "over", "near", "by", "behind", "beside", "between", "from", "to", "for", "into", "wearing", "there", "is", ",", ".", ";", ":"];

    public static PromptTruth Parse(string prompt)
    {
        ArgumentNullException.ThrowIfNull(prompt);
        var chunks = Chunks(prompt);
        chunks.RemoveAll(chunk => chunk.Opener is "without" or "no");
        var demands = new Dictionary<string, string>(StringComparer.Ordinal);
        void Demand(string head, string? value)
        {
            if (value is not null)
            {
                demands.TryAdd(head, value);
            }
        }

        var subject = chunks.Find(chunk => chunk.IsMain && chunk.Has(LabWords.Classes)) ?? chunks.Find(chunk => chunk.Has(LabWords.Classes));
        // Without a class noun ("a red S*") colour and pattern are the placeholder's, unless the chunk speaks of something else.
        var described = subject ?? chunks.Find(chunk => chunk.IsMain && !chunk.NamesAnotherThing && (chunk.Has(Palette.Names) || chunk.Has(LabWords.Patterns)));
        foreach (var chunk in chunks)
        {
            var accessory = chunk.First(LabWords.Accessories);
            Demand(OracleHeads.Accessory, accessory);
            if (accessory is not null && chunk != subject)
            {
                Demand(OracleHeads.AccessoryColour, chunk.First(Palette.Names));
            }

            if (chunk.Words.Any(LabWords.StyleNouns.ContainsKey))
            {
                Demand(OracleHeads.Style, LabWords.StyleNouns[chunk.Words.First(LabWords.StyleNouns.ContainsKey)]);
            }

            Demand(OracleHeads.Scene, chunk.Words.FirstOrDefault(LabWords.ScenePhrases.ContainsKey));
            Demand(OracleHeads.Light, chunk.First(LabWords.Lights));
            Demand(OracleHeads.Layout, chunk.Words.Where(LabWords.LayoutAdjectives.ContainsKey).Select(word => LabWords.LayoutAdjectives[word]).FirstOrDefault());
            if (chunk is { Opener: "on", Words: ["left" or "right"] })
            {
                Demand(OracleHeads.Layout, chunk.Words[0]);
            }
        }

        Demand(OracleHeads.Class, subject?.First(LabWords.Classes));
        Demand(OracleHeads.Colour, described?.First(Palette.Names));
        Demand(OracleHeads.Pattern, described?.First(LabWords.Patterns));
        return new PromptTruth(demands);
    }

    // An opener holds for every chunk until the next one: "on the red carpet" stays behind "on" although "the" cuts, too.
    private static List<Chunk> Chunks(string prompt)
    {
        var words = Words().Matches(prompt.ToLowerInvariant()).Select(match => CloseUp().IsMatch(match.Value) ? "close-up" : match.Value);
        var chunks = new List<Chunk>();
        string? opener = null;
        var current = new List<string>();
        void Close()
        {
            if (current.Count > 0)
            {
                chunks.Add(new Chunk(opener, [.. current]));
                current.Clear();
            }
        }

        foreach (var word in words)
        {
            if (Articles.Contains(word))
            {
                Close();
            }
            else if (Prepositions.Contains(word))
            {
                Close();
                opener = word;
            }
            else
            {
                current.Add(word);
            }
        }

        Close();
        return chunks;
    }

    [GeneratedRegex(@"close[- ]?up|[\p{L}\p{N}<>*_-]+|[,.;:]")]
    private static partial Regex Words();

    [GeneratedRegex(@"^close[- ]?up$")]
    private static partial Regex CloseUp();

    private sealed record Chunk(string? Opener, IReadOnlyList<string> Words)
    {
        /// <summary>Whether it can name the prompt's subject: nothing has led away from it yet, or "there is" leads to it.</summary>
        public bool IsMain => Opener is null or "there" or "is";

        /// <summary>Whether its noun is a kind of picture, a scene or an accessory.</summary>
        public bool NamesAnotherThing => Words.Any(word => LabWords.StyleNouns.ContainsKey(word) || LabWords.ScenePhrases.ContainsKey(word) || LabWords.Accessories.Contains(word));

        public bool Has(IEnumerable<string> values) => First(values) is not null;

        public string? First(IEnumerable<string> values) => Words.FirstOrDefault(values.Contains);
    }
}
