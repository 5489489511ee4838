using System.CommandLine;
using System.Globalization;
using System.Text.Json;

namespace Diptych.Cli.Options;

/// <summary>Reads the options of one command line and remembers every value that is in effect, defaults included.</summary>
internal sealed class OptionValues(ParseResult parsed)
{
    private readonly Dictionary<string, string> _effective = new(StringComparer.Ordinal);

    /// <summary>Effective values by option name without its hyphens, in the order in which they were read; what has no value is not among them.</summary>
    public IReadOnlyDictionary<string, string> Effective => _effective;

    /// <summary>A value, or the default.</summary>
    public T Of<T>(Option<T?> option, T fallback)
        where T : struct => Keep(option, parsed.GetValue(option) ?? fallback);

    /// <summary>A value, or none.</summary>
    public T? OrNone<T>(Option<T?> option)
        where T : struct => parsed.GetValue(option) is { } value ? Keep(option, value) : null;

    /// <summary>A text, or the default.</summary>
    public string Of(Option<string?> option, string fallback) => Keep(option, parsed.GetValue(option) ?? fallback);

    /// <summary>A text, or none.</summary>
    public string? OrNone(Option<string?> option) => parsed.GetValue(option) is { } value ? Keep(option, value) : null;

    /// <summary>A text the parser has made sure of.</summary>
    public string Required(Option<string?> option) => Keep(option, parsed.GetRequiredValue(option)!);

    /// <summary>Whether a flag was given.</summary>
    public bool Of(Option<bool> option) => Keep(option, parsed.GetValue(option));

    /// <summary>Remembers a default that is known only once other things are, such as the model's own picture size.</summary>
    public T Keep<T>(Option option, T value)
    {
        _effective[option.Name.TrimStart('-')] = value switch
        {
            bool flag => flag ? "yes" : "no",
            Enum choice => JsonNamingPolicy.KebabCaseLower.ConvertName(choice.ToString()),
            IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
            _ => value?.ToString() ?? "",
        };
        return value;
    }

    /// <summary>All effective values in one line.</summary>
    public override string ToString() => string.Join(' ', _effective.Select(p => p.Value.Contains(' ', StringComparison.Ordinal) ? $"{p.Key}=\"{p.Value}\"" : $"{p.Key}={p.Value}"));
}
