using System.CommandLine;
using System.CommandLine.Parsing;

namespace Diptych.Cli.Options;

/// <summary>What is wrong with a command line, in one line that names the option.</summary>
internal static class UsageErrors
{
    /// <summary>The verb a command line asks for, with the program's name.</summary>
    public static string Verb(ParseResult parsed) => string.Join(' ', Commands(parsed.CommandResult).Reverse().Select(c => c.Command is RootCommand ? "diptych" : c.Command.Name));

    /// <summary>The first thing wrong.</summary>
    public static string First(ParseResult parsed)
    {
        if (parsed.UnmatchedTokens.Count > 0)
        {
            return Unknown(parsed.UnmatchedTokens[0], parsed.CommandResult.Command);
        }

        var error = parsed.Errors[0];
        return error.SymbolResult switch
        {
            OptionResult { IdentifierTokenCount: 0, Option.Required: true } missing => $"{missing.Option.Name} is missing.",
            OptionResult { IdentifierTokenCount: > 1 } twice => $"{twice.Option.Name} is given {twice.IdentifierTokenCount} times; once is enough.",
            OptionResult { Tokens.Count: 0 } empty when empty.Option.Arity.MinimumNumberOfValues > 0 => $"{empty.Option.Name} needs a value.",
            CommandResult { Command: { Subcommands.Count: > 0 } command } => $"a verb is missing: choose one of {Listed(command)}.",
            _ => error.Message.ReplaceLineEndings(" "),
        };
    }

    private static string Unknown(string token, Command command)
    {
        if (!token.StartsWith('-') && command.Subcommands.Count > 0)
        {
            return $"there is no verb '{token}': choose one of {Listed(command)}.";
        }

        var name = token.Split('=')[0];
        if (command.Parents.Any(parent => parent.Name == "train") && ReferenceFlags.InsteadOf(name) is { } instead)
        {
            return $"there is no option {name}: {instead}.";
        }

        var near = command.Options.Select(o => o.Name).Where(o => Distance(o, name) <= 3).MinBy(o => Distance(o, name));
        return token.StartsWith('-')
            ? $"there is no option {name}{(near is null ? "" : $"; did you mean {near}?")}"
            : $"'{token}' belongs to no option: put quotes around a value with spaces.";
    }

    private static string Listed(Command command) => string.Join(", ", command.Subcommands.Select(c => c.Name));

    private static IEnumerable<CommandResult> Commands(CommandResult innermost)
    {
        for (SymbolResult? result = innermost; result is CommandResult command; result = result.Parent)
        {
            yield return command;
        }
    }

    /// <summary>Letters to insert, delete or exchange (Levenshtein).</summary>
    private static int Distance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0]++;
            for (var j = 1; j <= b.Length; j++)
            {
                var exchange = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(exchange, 1 + Math.Min(row[j], row[j - 1]));
            }
        }

        return row[b.Length];
    }
}
