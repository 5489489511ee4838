using System.ComponentModel.DataAnnotations;
using Diptych.Common.Training;

namespace Diptych.TextualInversion;

/// <summary>What to learn and how. Names follow the reference script's flags.</summary>
public sealed record TextualInversionOptions
{
    /// <summary>The new word, such as <c>&lt;my-dog&gt;</c>; it must not be in the vocabulary.</summary>
    public required string PlaceholderToken { get; init; }

    /// <summary>A word whose row the new rows start from; it must be one token.</summary>
    public required string InitializerToken { get; init; }

    /// <summary>Whether a thing or a manner is learned. Default a thing.</summary>
    public LearnableProperty LearnableProperty { get; init; }

    /// <summary>Rows the word stands for. Default 1.</summary>
    [Range(1, 64)]
    public int NumVectors { get; init; } = 1;

    /// <summary>A file of prompt templates, one a line with <c>{}</c> for the word; default the built-in list of <see cref="LearnableProperty"/>.</summary>
    public string? TemplateFile { get; init; }

    /// <summary>How often each photo counts in an epoch. Default 100; it only matters where epochs bound the batches (parity): otherwise each counts once.</summary>
    [Range(1, 100_000)]
    public int Repeats { get; init; } = 100;

    // An epoch of many repeats is another order of the photos than many epochs are; with one, both methods see the same photo in the same pass.
    internal int RepeatsInEffect => Training.Parity ? Repeats : 1;

    /// <summary>
    /// Steps, batch size and learning rate. Default: batch 4, 5e-3 and no weight decay, since decay pulls a learned word towards no word at all.
    /// </summary>
    public TrainingOptions Training { get; init; } = new() { LearningRate = 5e-3, Adam = new AdamWOptions { WeightDecay = 0 } };
}
