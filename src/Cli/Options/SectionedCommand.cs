using System.CommandLine;

namespace Diptych.Cli.Options;

/// <summary>A command with so many options that its help puts headings between them.</summary>
internal sealed class SectionedCommand(string name, string description) : Command(name, description)
{
    private readonly Dictionary<Option, string> _headings = [];

    /// <summary>Adds options under a heading.</summary>
    public void Add(string heading, params IEnumerable<Option> options)
    {
        foreach (var option in options)
        {
            if (!_headings.ContainsValue(heading))
            {
                _headings[option] = heading;
            }

            Add(option);
        }
    }

    /// <summary>The heading before an option; none inside a section.</summary>
    public string? HeadingOf(string optionName) => _headings.FirstOrDefault(p => p.Key.Name == optionName).Value;
}
