namespace Diptych.TextualInversion;

/// <summary>What the new word stands for; it picks the prompt templates.</summary>
public enum LearnableProperty
{
    /// <summary>A thing: "a photo of a S*".</summary>
    Object,

    /// <summary>A manner: "a painting in the style of S*".</summary>
    Style,
}
