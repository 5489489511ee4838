using System.Globalization;

namespace Diptych.Common.Text;

/// <summary>
/// Reads weights out of a prompt in the notation of the community's interfaces: <c>(words:1.3)</c> weighs by 1.3, <c>(words)</c> by 1.1,
/// <c>[words]</c> by 1/1.1; brackets inside brackets multiply. <c>\(</c>, <c>\)</c>, <c>\[</c>, <c>\]</c> and <c>\\</c> are the characters themselves.
/// </summary>
public static class PromptWeights
{
    /// <summary>What a pair of round brackets multiplies by, and a pair of square ones divides by.</summary>
    public const double Step = 1.1;

    /// <summary>The largest weight that can be asked for; beyond a few, words break the picture.</summary>
    public const double Largest = 10;

    private const string Marks = "()[]\\";

    /// <summary>The prompt's stretches in order; neighbours differ in weight, none is empty. A prompt without marks is one stretch of weight 1.</summary>
    /// <exception cref="DiptychException">Brackets do not pair up, or a weight is no number in range; the message says where.</exception>
    public static IReadOnlyList<WeightedSpan> Parse(string prompt)
    {
        ArgumentNullException.ThrowIfNull(prompt);
        var open = new Stack<PromptBracket>();
        var spans = new List<WeightedSpan>();
        for (var at = 0; at < prompt.Length;)
        {
            switch (prompt[at])
            {
                case '(' or '[':
                    open.Push(new PromptBracket(prompt[at], at, spans.Count));
                    at++;
                    break;
                case ')' or ']':
                    Close(prompt, at, open, spans, prompt[at] == ')' ? Step : 1 / Step);
                    at++;
                    break;
                case ':' when Weight(prompt, at, open) is { } weight:
                    Close(prompt, weight.End, open, spans, weight.Value);
                    at = weight.End + 1;
                    break;
                default:
                    at = Literal(prompt, at, spans);
                    break;
            }
        }

        return open.TryPop(out var last)
            ? throw Wrong(prompt, $"'{last.Mark}' at character {last.At + 1} is never closed: close it, or write \\{last.Mark} for the character itself")
            : Joined(spans);
    }

    // A colon and a number right before a closing bracket; square brackets mean something else by it, elsewhere.
    private static (double Value, int End)? Weight(string prompt, int colon, Stack<PromptBracket> open)
    {
        var end = prompt.IndexOfAny([.. Marks, ':'], colon + 1);
        if (end < 0 || prompt[end] is not (')' or ']') || open.Count == 0
            || !double.TryParse(prompt.AsSpan(colon + 1, end - colon - 1).Trim(), NumberStyles.Float, CultureInfo.InvariantCulture, out var value)
            || !double.IsFinite(value))
        {
            return null;
        }

        if (prompt[end] == ']')
        {
            throw Wrong(prompt, $"[...:{value.ToString(CultureInfo.InvariantCulture)}] at character {open.Peek().At + 1} would change the prompt while it is drawn, which is not done here: write (words:0.9) for less weight");
        }

        return value is >= 0 and <= Largest
            ? (value, end)
            : throw Wrong(prompt, $"the weight {value.ToString(CultureInfo.InvariantCulture)} at character {colon + 2} is out of range: choose from 0 to {Largest.ToString(CultureInfo.InvariantCulture)}");
    }

    private static void Close(string prompt, int at, Stack<PromptBracket> open, List<WeightedSpan> spans, double factor)
    {
        var opening = prompt[at] == ')' ? '(' : '[';
        if (!open.TryPop(out var bracket) || bracket.Mark != opening)
        {
            throw Wrong(prompt, $"'{prompt[at]}' at character {at + 1} closes nothing: open it with '{opening}', or write \\{prompt[at]} for the character itself");
        }

        for (var i = bracket.FirstSpan; i < spans.Count; i++)
        {
            spans[i] = spans[i] with { Weight = spans[i].Weight * factor };
            if (spans[i].Weight > Largest)
            {
                throw Wrong(prompt, $"the brackets around character {bracket.At + 2} multiply to {spans[i].Weight.ToString("0.##", CultureInfo.InvariantCulture)}, beyond {Largest.ToString(CultureInfo.InvariantCulture)}: take some away");
            }
        }
    }

    // One ordinary character, or one that a backslash makes ordinary; a backslash before any other stays itself.
    private static int Literal(string prompt, int at, List<WeightedSpan> spans)
    {
        var escapes = prompt[at] == '\\' && at + 1 < prompt.Length && Marks.Contains(prompt[at + 1], StringComparison.Ordinal);
        spans.Add(new WeightedSpan(prompt[escapes ? at + 1 : at].ToString(), 1));
        return at + (escapes ? 2 : 1);
    }

    private static List<WeightedSpan> Joined(List<WeightedSpan> characters)
    {
        var joined = new List<WeightedSpan>();
        for (var i = 0; i < characters.Count;)
        {
            var (weight, from) = (characters[i].Weight, i);
            while (i < characters.Count && characters[i].Weight.Equals(weight))
            {
                i++;
            }

            joined.Add(new WeightedSpan(string.Concat(characters.Skip(from).Take(i - from).Select(c => c.Text)), weight));
        }

        return joined;
    }

    private static DiptychException Wrong(string prompt, string what) => new($"The prompt \"{prompt}\": {what}.");
}
