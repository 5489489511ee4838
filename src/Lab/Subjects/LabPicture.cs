using Diptych.Lab.World;

namespace Diptych.Lab.Subjects;

/// <summary>One picture file of a subject, with what is known about it.</summary>
/// <param name="Path">The picture.</param>
/// <param name="MaskPath">A black-and-white picture of where the subject is; null without one.</param>
/// <param name="Attributes">The truth; null for photos.</param>
public sealed record LabPicture(string Path, string? MaskPath, PictureAttributes? Attributes);
