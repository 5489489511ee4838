using Diptych.Lab.World;

namespace Diptych.Comparison.Families;

/// <summary>The scenes and colours the families use.</summary>
public static class Contexts
{
    /// <summary>
    /// Four contexts for a subject: scenes with and without training photos in them, and colours far from the subject's own where it is known.
    /// </summary>
    /// <param name="body">The subject's main colour, or <see langword="null"/>.</param>
    public static IReadOnlyList<PromptContext> For(Rgb? body)
    {
        // The four named colours furthest from the subject's own, furthest first: a recolouring to its own colour would ask for nothing.
        var colours = Palette.Colours.OrderByDescending(c => body is { } own ? c.Value.DistanceTo(own) : 0).Select(c => c.Key).Take(4).ToList();
        return
        [
            new("beach", "on the beach", colours[0]),
            new("snow", "in the snow", colours[1]),
            new("forest", "in the forest", colours[2]),
            new("moon", "on the moon", colours[3]),
        ];
    }

    /// <summary>The context of unit <paramref name="unit"/>.</summary>
    public static PromptContext Of(IReadOnlyList<PromptContext> contexts, int unit)
    {
        ArgumentNullException.ThrowIfNull(contexts);
        return contexts[unit % contexts.Count];
    }
}
