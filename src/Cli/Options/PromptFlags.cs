using System.CommandLine;
using Diptych.Common.Pipelines;

namespace Diptych.Cli.Options;

/// <summary>What is to be drawn, and how the prompt is read.</summary>
internal sealed class PromptFlags
{
    private readonly Option<string?> _prompt = OptionKinds.Prompt("--prompt", "What to draw.", required: true);
    private readonly Option<string?> _negative = OptionKinds.Prompt("--negative-prompt", "What not to draw. Default none (not the same as an empty text in Stable Diffusion XL).");
    private readonly Option<bool> _weights = OptionKinds.Flag("--prompt-weights", "Read (word:1.3), (word) = 1.1 and [word] = 1/1.1 as weights, \\( as a bracket. Default no: brackets are letters, as in diffusers.");
    private readonly Option<bool> _long = OptionKinds.Flag("--long-prompts", "Read prompts beyond the text encoder's length (77 tokens) to their end, in chunks. Default no: the end is dropped, as in diffusers.");
    private readonly Option<int?> _skip = OptionKinds.Whole("--clip-skip", "Last text-encoder layers left out, counted as in diffusers: 1 is what other programs call clip skip 2. Default 0.");

    public IReadOnlyList<Option> All => [_prompt, _negative, _weights, _long, _skip];

    /// <summary>The prompt.</summary>
    public string Prompt(OptionValues values) => values.Required(_prompt);

    /// <summary>Adds what the command line says to <paramref name="options"/>.</summary>
    public GenerationOptions Read(OptionValues values, GenerationOptions options) => options with
    {
        NegativePrompt = values.OrNone(_negative),
        PromptWeights = values.Of(_weights),
        LongPrompts = values.Of(_long),
        ClipSkip = values.Of(_skip, options.ClipSkip),
    };
}
