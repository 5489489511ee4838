using SkiaSharp;

namespace Diptych.Lab.World.Drawing;

/// <summary>One shape of a subject, in the subject's own frame.</summary>
/// <param name="Path">Its outline; y grows downwards, the feet stand at 0, the whole is about one unit tall.</param>
/// <param name="Role">What it is.</param>
/// <param name="StrokeWidth">Width of a line, or 0 for a filled shape.</param>
internal sealed record SubjectPart(SKPath Path, PartRole Role, float StrokeWidth);
