namespace Diptych.Common.Text;

/// <summary>A bracket that is still open while a weighted prompt is read.</summary>
/// <param name="Mark">The character.</param>
/// <param name="At">Its place in the prompt, from 0.</param>
/// <param name="FirstSpan">The first stretch inside it.</param>
internal readonly record struct PromptBracket(char Mark, int At, int FirstSpan);
