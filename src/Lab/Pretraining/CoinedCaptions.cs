using Diptych.Common.Runtime;
using Diptych.Common.Text;
using Diptych.Lab.World;
using static TorchSharp.torch;

namespace Diptych.Lab.Pretraining;

/// <summary>Captions of every picture in which one coined word says what the subject looks like, on the device that trains.</summary>
internal sealed class CoinedCaptions : IDisposable
{
    private const int PerPicture = 3;

    private readonly Tensor _ids;
    private readonly Tensor _places;
    private readonly Tensor _appearances;

    /// <summary>Writes and tokenizes the captions.</summary>
    public CoinedCaptions(IReadOnlyList<PictureAttributes> pictures, ClipTokenizer tokenizer, long seed, Device device)
    {
        using var scope = NewDisposeScope();
        var (ids, places) = (new long[pictures.Count * PerPicture * tokenizer.MaxLength], new float[pictures.Count * PerPicture * tokenizer.MaxLength]);
        Parallel.For(0, pictures.Count, picture =>
        {
            var random = new RandomStream(seed, RandomPurpose.Captions, picture, 1);
            for (var row = picture * PerPicture; row < (picture + 1) * PerPicture; row++)
            {
                var (caption, word) = CaptionWriter.Coined(pictures[picture], random);
                var tokens = tokenizer.EncodePadded(caption);
                tokens.CopyTo(ids, row * tokenizer.MaxLength);
                // By its token, not by counting words: a "close-up" before it is three tokens.
                places[(row * tokenizer.MaxLength) + Array.IndexOf(tokens, tokenizer.InitializerId(word))] = 1;
            }
        });
        _ids = tensor(ids).reshape(-1, tokenizer.MaxLength).to(device).DetachFromDisposeScope();
        _places = tensor(places).reshape(-1, tokenizer.MaxLength).to(device).DetachFromDisposeScope();
        _appearances = tensor([.. pictures.SelectMany(Appearance.Of)]).reshape(pictures.Count, Appearance.Length).to(device).DetachFromDisposeScope();
    }

    /// <summary>One caption of each of the pictures <paramref name="rows"/>, drawn with libtorch's generator.</summary>
    public Prompts Draw(Tensor rows)
    {
        using var scope = NewDisposeScope();
        var which = (rows * PerPicture) + randint(0, PerPicture, [rows.shape[0]], dtype: ScalarType.Int64, device: rows.device);
        return new(_ids.index_select(0, which).MoveToOuterDisposeScope(), _places.index_select(0, which).MoveToOuterDisposeScope(), _appearances.index_select(0, rows).MoveToOuterDisposeScope());
    }

    public void Dispose()
    {
        _ids.Dispose();
        _places.Dispose();
        _appearances.Dispose();
    }

    /// <summary>A batch of them.</summary>
    /// <param name="Ids">Tokens, int64 [n, L].</param>
    /// <param name="Places">1 at the coined word, else 0: fp32 [n, L].</param>
    /// <param name="Appearances">What the word can say (<see cref="Appearance"/>): fp32 [n, K].</param>
    public sealed record Prompts(Tensor Ids, Tensor Places, Tensor Appearances);
}
