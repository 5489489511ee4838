namespace Diptych.Comparison.Families;

/// <summary>Where and how a picture of a family is set; unit i of every family has the same context and the same initial latents.</summary>
/// <param name="Id">Short name.</param>
/// <param name="Place">Words that set the scene, such as <c>on the beach</c>.</param>
/// <param name="Colour">Colour word of the family that recolours.</param>
public sealed record PromptContext(string Id, string Place, string Colour);
