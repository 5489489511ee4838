using Diptych.Common;
using Diptych.Common.Weights;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace Diptych.Lab.Pretraining;

/// <summary>
/// Words for any appearance, for training only: the row of a coined word is that of the word whose place it takes, moved by a learned linear function of what the
/// subject looks like. A large CLIP has read so many words that its token space has directions for most things one sees; sixty-four names leave none, and then
/// Textual Inversion (Gal et al. 2022, section 4) finds no word for a new subject, wherever it looks.
/// </summary>
internal sealed class CoinedWords : nn.Module
{
    /// <summary>Name of their file in a work folder: the text encoder learns them, the denoiser reads them.</summary>
    public const string FileName = "coined-words.safetensors";

    // Both in units of a token row's entries, which deviate by .03 (a reserved word) to .1 (a noun): the word must speak louder than the noise, and what learns
    // it later need not hit it exactly.
    private const double MapScale = .03;
    private const double NoiseScale = .02;

    private const double KnownShare = .85;
    private const double SilentShare = .1;

    [ComponentName(Name = "map")] private readonly Parameter _map;

    private readonly Tensor _groups = tensor([.. Appearance.Groups]);

    /// <param name="width">Numbers of a token's row, D.</param>
    public CoinedWords(long width)
        : base(nameof(CoinedWords))
    {
        _map = new Parameter(randn(Appearance.Length, width));
        RegisterComponents();
    }

    /// <summary>The words that a text encoder was trained with.</summary>
    /// <exception cref="DiptychException">They are missing, or belong to an encoder of another width.</exception>
    public static CoinedWords Load(string path, long width)
    {
        if (!File.Exists(path))
        {
            throw new DiptychException($"{path} is missing: the text encoder beside it was trained without coined words; delete {TextStage.Name}.json and {TextStage.Name}.safetensors there to train it again.");
        }

        var words = new CoinedWords(width);
        ReleaseFiles.Read(path, words);
        foreach (var parameter in words.parameters())
        {
            parameter.requires_grad = false;
        }

        return words;
    }

    /// <summary>Writes them.</summary>
    public void Write(string path)
    {
        using var scope = NewDisposeScope();
        SafetensorsWriter.Write(path, state_dict().Select(p => KeyValuePair.Create(p.Key, p.Value.detach().cpu())));
    }

    /// <summary>What coined words say of the appearances [n, K], drawn with libtorch's generator: some leave a group of numbers out, some everything.</summary>
    public Tensor Say(Tensor appearances)
    {
        ArgumentNullException.ThrowIfNull(appearances);
        using var scope = NewDisposeScope();
        var (count, device) = (appearances.shape[0], appearances.device);
        var known = rand(count, Appearance.GroupCount, device: device).lt(KnownShare).logical_and(rand(count, 1, device: device).ge(SilentShare));
        return (appearances * known.to_type(ScalarType.Float32).index_select(1, _groups.to(device))).MoveToOuterDisposeScope();
    }

    /// <summary>Noise for the rows of <paramref name="count"/> coined words, drawn with libtorch's generator: fp32 [count, D].</summary>
    public Tensor Noise(long count, Device device) => randn(count, _map.shape[1], device: device).mul_(NoiseScale);

    /// <summary>Puts coined words in their places.</summary>
    /// <param name="rows">Rows of the captions' tokens, [n, L, D].</param>
    /// <param name="places">1 at a caption's coined word, else 0: fp32 [n, L].</param>
    /// <param name="said">From <see cref="Say"/>, [n, K].</param>
    /// <param name="noise">From <see cref="Noise"/>, [n, D].</param>
    public Tensor Place(Tensor rows, Tensor places, Tensor said, Tensor noise)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(places);
        ArgumentNullException.ThrowIfNull(said);
        using var scope = NewDisposeScope();
        var moved = said.matmul(_map).to_type(ScalarType.Float32).mul(MapScale).add(noise);
        return (rows + (places.unsqueeze(2) * moved.unsqueeze(1))).MoveToOuterDisposeScope();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _groups.Dispose();
        }

        base.Dispose(disposing);
    }
}
