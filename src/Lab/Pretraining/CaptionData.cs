using Diptych.Common.Runtime;
using Diptych.Common.Text;
using Diptych.Lab.World;
using static TorchSharp.torch;

namespace Diptych.Lab.Pretraining;

/// <summary>Several captions of every picture, as token ids on the device that trains.</summary>
internal sealed class CaptionData : IDisposable
{
    /// <summary>Captions of a picture: each leaves other words out.</summary>
    public const int PerPicture = 6;

    private readonly Tensor _ids;

    private CaptionData(Tensor ids) => _ids = ids;

    /// <summary>Writes and tokenizes the captions.</summary>
    public static CaptionData Write(IReadOnlyList<PictureAttributes> pictures, ClipTokenizer tokenizer, long seed, Device device)
    {
        using var scope = NewDisposeScope();
        var rows = new long[pictures.Count * PerPicture * tokenizer.MaxLength];
        Parallel.For(0, pictures.Count, picture =>
        {
            var random = new RandomStream(seed, RandomPurpose.Captions, picture);
            for (var caption = 0; caption < PerPicture; caption++)
            {
                tokenizer.EncodePadded(CaptionWriter.Draw(pictures[picture], random)).CopyTo(rows, ((picture * PerPicture) + caption) * tokenizer.MaxLength);
            }
        });
        return new CaptionData(tensor(rows).reshape(pictures.Count, PerPicture, tokenizer.MaxLength).to(device).DetachFromDisposeScope());
    }

    /// <summary>One caption of each of the pictures <paramref name="rows"/>, drawn with libtorch's generator: int64 [k, L].</summary>
    public Tensor Draw(Tensor rows)
    {
        using var scope = NewDisposeScope();
        var which = randint(0, PerPicture, [rows.shape[0]], dtype: ScalarType.Int64, device: rows.device);
        return _ids.reshape(-1, _ids.shape[2]).index_select(0, (rows * PerPicture) + which).MoveToOuterDisposeScope();
    }

    /// <summary>Which token ids occur at all: bool [vocabulary].</summary>
    public Tensor Used(long vocabulary)
    {
        using var scope = NewDisposeScope();
        return (_ids.reshape(-1).bincount(null, vocabulary) > 0).MoveToOuterDisposeScope();
    }

    public void Dispose() => _ids.Dispose();
}
