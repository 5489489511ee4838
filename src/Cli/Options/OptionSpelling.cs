using System.CommandLine;

namespace Diptych.Cli.Options;

/// <summary>The reference scripts spell options with underscores; both spellings are understood. Values are never touched.</summary>
internal static class OptionSpelling
{
    /// <summary>Rewrites <c>--instance_prompt</c> to <c>--instance-prompt</c> where that is an option of some verb.</summary>
    public static IReadOnlyList<string> Normalise(IReadOnlyList<string> arguments, Command root)
    {
        var known = Names(root).ToHashSet(StringComparer.Ordinal);
        var end = arguments.TakeWhile(a => a != "--").Count();
        return [.. arguments.Select((a, i) => i < end ? Normalise(a, known) : a)];
    }

    private static string Normalise(string argument, HashSet<string> known)
    {
        if (!argument.StartsWith("--", StringComparison.Ordinal))
        {
            return argument;
        }

        var length = argument.IndexOf('=', StringComparison.Ordinal) is var at and >= 0 ? at : argument.Length;
        var name = argument[..length].Replace('_', '-');
        return known.Contains(name) ? name + argument[length..] : argument;
    }

    private static IEnumerable<string> Names(Command command) =>
        command.Options.SelectMany(o => o.Aliases.Append(o.Name)).Concat(command.Subcommands.SelectMany(Names));
}
