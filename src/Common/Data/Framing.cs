namespace Diptych.Common.Data;

/// <summary>How a photo of any proportions becomes a square.</summary>
public enum Framing
{
    /// <summary>The shorter edge is scaled to the size, then a square is cut out: proportions stay. The DreamBooth script's way.</summary>
    ShorterEdge,

    /// <summary>Both edges are scaled to the size whatever the proportions: the Textual Inversion script's way without <c>--center_crop</c>.</summary>
    Squash,

    /// <summary>The centre square is cut out, then scaled: the Textual Inversion script's way with <c>--center_crop</c>.</summary>
    CentreSquare,
}
