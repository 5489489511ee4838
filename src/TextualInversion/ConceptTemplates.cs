using System.Security.Cryptography;
using System.Text;
using Diptych.Common;
using Diptych.Common.Pipelines;
using Diptych.Common.Text;

namespace Diptych.TextualInversion;

/// <summary>
/// The sentences a word is learned in. All of them are tokenised when they are read: one that would cut the word off is found before training, not
/// whenever it is first drawn.
/// </summary>
internal sealed class ConceptTemplates
{
    private ConceptTemplates(IReadOnlyList<string> sentences) => Sentences = sentences;

    /// <summary>The sentences, each with a place for the word.</summary>
    public IReadOnlyList<string> Sentences { get; }

    /// <summary>SHA-256 over the sentences, wherever they were written down.</summary>
    public string Hash => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', Sentences))));

    /// <summary>The sentences the options ask for.</summary>
    /// <param name="sd">The model, whose tokenizers know the word already.</param>
    /// <param name="options">Which sentences, and the word.</param>
    /// <exception cref="DiptychException">The file of templates cannot be used, or one of them is too long for the word; the message names the line.</exception>
    public static ConceptTemplates Read(StableDiffusion sd, TextualInversionOptions options)
    {
        var sentences = Choose(options);
        foreach (var sentence in sentences)
        {
            CheckRoom(sd, options, sentence);
        }

        return new ConceptTemplates(sentences);
    }

    private static IReadOnlyList<string> Choose(TextualInversionOptions options) => (options.TemplateFile, options.LearnableProperty) switch
    {
        ({ } file, _) => PromptTemplates.FromFile(file),
        (_, LearnableProperty.Style) => PromptTemplates.Style,
        _ => PromptTemplates.Object,
    };

    private static void CheckRoom(StableDiffusion sd, TextualInversionOptions options, string sentence)
    {
        try
        {
            foreach (var encoder in sd.Text.Encoders)
            {
                encoder.Tokenizer.EncodePadded(PromptTemplates.Fill(sentence, options.PlaceholderToken));
            }
        }
        catch (DiptychException e)
        {
            throw new DiptychException(
                options.TemplateFile is { } file
                    ? $"{file}, line {LineOf(file, sentence)}: {e.Message}"
                    : $"--num-vectors {options.NumVectors} is too many for the built-in templates ({e.Message.TrimEnd('.')}): choose fewer.",
                e);
        }
    }

    private static int LineOf(string file, string sentence) => Array.FindIndex(File.ReadAllLines(file), line => line.Trim() == sentence) + 1;
}
