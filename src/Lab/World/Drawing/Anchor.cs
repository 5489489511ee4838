namespace Diptych.Lab.World.Drawing;

/// <summary>Where an accessory sits on a subject, in the subject's own frame.</summary>
/// <param name="X">Its middle.</param>
/// <param name="Y">Its lower edge (hat) or middle (scarf).</param>
/// <param name="Width">Half its width.</param>
internal readonly record struct Anchor(float X, float Y, float Width);
