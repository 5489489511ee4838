using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Text.Json;

namespace Diptych.Cli.Options;

/// <summary>
/// The kinds of options there are. An option that was not given has no value: the default stands in the options record it belongs to,
/// and the description says it in words.
/// </summary>
internal static class OptionKinds
{
    /// <summary>A whole number.</summary>
    public static Option<int?> Whole(string name, string description) => Parsed<int?>(name, "N", description, "a whole number",
        text => int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) ? value : null);

    /// <summary>A whole number of 64 bits.</summary>
    public static Option<long?> Seed(string name, string description) => Parsed<long?>(name, "N", description, "a whole number",
        text => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) ? value : null);

    /// <summary>A finite number; <c>1e-4</c> is one.</summary>
    public static Option<double?> Number(string name, string description) => Parsed<double?>(name, "X", description, "a number",
        text => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value) ? value : null);

    /// <summary>One of an enumeration's names, in lower case with hyphens.</summary>
    public static Option<T?> Choice<T>(string name, string description)
        where T : struct, Enum
    {
        var names = Enum.GetNames<T>().Select(JsonNamingPolicy.KebabCaseLower.ConvertName).ToArray();
        return Parsed<T?>(name, string.Join('|', names), description, $"one of {string.Join(", ", names)}",
            text => Array.IndexOf(names, text.Replace('_', '-')) is >= 0 and var at ? Enum.GetValues<T>()[at] : null);
    }

    /// <summary>Text that is not empty: a file, a folder, a word.</summary>
    public static Option<string?> Text(string name, string help, string description, params string[] aliases) =>
        NotEmpty(new(name, aliases) { HelpName = help, Description = description, Arity = ArgumentArity.ExactlyOne });

    /// <summary>Text that must be given, and is not empty.</summary>
    public static Option<string?> Required(string name, string help, string description, params string[] aliases) =>
        NotEmpty(new(name, aliases) { HelpName = help, Description = description, Arity = ArgumentArity.ExactlyOne, Required = true });

    /// <summary>A prompt. It may be empty: that asks for something, and not always for what no prompt asks for.</summary>
    public static Option<string?> Prompt(string name, string description, bool required = false) =>
        new(name) { HelpName = "P", Description = description, Arity = ArgumentArity.ExactlyOne, Required = required };

    /// <summary>Yes, no, or not said; the name alone is yes.</summary>
    public static Option<Answer?> Switch(string name, string description) => new(name)
    {
        HelpName = "yes|no",
        Description = description,
        Arity = ArgumentArity.ZeroOrOne,
        CustomParser = result =>
        {
            switch (result.Tokens.SingleOrDefault()?.Value)
            {
                case null or "yes" or "true":
                    return Answer.Yes;
                case "no" or "false":
                    return Answer.No;
                case var text:
                    result.AddError($"{name} takes yes or no, not '{text}'.");
                    return null;
            }
        },
    };

    /// <summary>Given or not.</summary>
    public static Option<bool> Flag(string name, string description) => new(name) { Description = description, Arity = ArgumentArity.Zero };

    /// <summary>Refuses an empty text. A shell variable that is not set is the usual cause; further on it would be found out by whatever reads the file first.</summary>
    /// <param name="result">What an option or argument was given.</param>
    /// <param name="name">Its name.</param>
    public static void RefuseEmpty(SymbolResult result, string name)
    {
        if (result.Tokens is [{ Value.Length: 0 }])
        {
            result.AddError($"{name} needs a value.");
        }
    }

    private static Option<string?> NotEmpty(Option<string?> option)
    {
        option.Validators.Add(result => RefuseEmpty(result, option.Name));
        return option;
    }

    private static Option<T?> Parsed<T>(string name, string help, string description, string kind, Func<string, T?> parse) => new(name)
    {
        HelpName = help,
        Description = description,
        Arity = ArgumentArity.ExactlyOne,
        CustomParser = result =>
        {
            var text = result.Tokens.Single().Value;
            var value = parse(text);
            if (value is null)
            {
                result.AddError($"{name} takes {kind}, not '{text}'.");
            }

            return value;
        },
    };
}
