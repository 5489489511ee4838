namespace Diptych.Cli.Options;

/// <summary>What a switch says that may also be left unsaid. Not a boolean: the parser would take no value for one but true and false.</summary>
internal enum Answer
{
    /// <summary>On.</summary>
    Yes,

    /// <summary>Off.</summary>
    No,
}
