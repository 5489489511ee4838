namespace Diptych.Common.Data;

/// <summary>What becomes of transparent pixels.</summary>
public enum AlphaHandling
{
    /// <summary>The picture is laid on white, as a viewer would show it.</summary>
    OnWhite,

    /// <summary>Transparency is dropped and whatever colour was stored beneath it appears: what the reference scripts do.</summary>
    Drop,
}
