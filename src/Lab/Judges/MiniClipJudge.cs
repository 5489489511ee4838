using Diptych.Common;
using Diptych.Common.Clip;
using Diptych.Common.Layers;
using Diptych.Common.Text;
using static TorchSharp.torch;

namespace Diptych.Lab.Judges;

/// <summary>
/// The judge that compares without knowing attributes: a small CLIP (Radford et al. 2021) trained on the laboratory's pictures and captions.
/// </summary>
public sealed class MiniClipJudge : IDisposable
{
    private const int BatchSize = 64;
    private readonly ClipModel _clip;
    private readonly ClipTokenizer _tokenizer;
    private readonly Device _device;

    private MiniClipJudge(ClipModel clip, ClipTokenizer tokenizer, Device device)
    {
        _clip = clip;
        _tokenizer = tokenizer;
        _device = device;
    }

    /// <summary>Loads the judge.</summary>
    /// <param name="folder">A CLIP model in transformers' layout.</param>
    /// <param name="tokenizerFolder">Its tokenizer; the laboratory's lies with the text-to-image model.</param>
    /// <param name="device">Where to compute; the CPU where left out.</param>
    /// <exception cref="DiptychException">A file is missing or does not fit.</exception>
    public static MiniClipJudge Load(string folder, string tokenizerFolder, Device? device = null)
    {
        var tokenizer = ClipTokenizer.Load(tokenizerFolder);
        var clip = ClipModel.Load(folder);
        clip.MoveTo(device ?? CPU);
        return new MiniClipJudge(clip, tokenizer, device ?? CPU);
    }

    /// <summary>
    /// Image features of unit length, <c>[n, d]</c> on the CPU, of pictures <c>[n, 3, h, w]</c> in [-1, 1]. Pictures shrink by averaging to the
    /// judge's size (2 x 2 blocks for the laboratory's own), see <see cref="PictureSize"/>; the judge takes the values as they are.
    /// </summary>
    public Tensor ImageFeatures(Tensor pictures)
    {
        ArgumentNullException.ThrowIfNull(pictures);
        return InBatches(pictures.shape[0], (start, count) =>
            _clip.ImageFeatures(PictureSize.Resize(pictures.narrow(0, start, count).to(ScalarType.Float32, _device), _clip.Vision.ImageSize)));
    }

    /// <summary>Text features of unit length, <c>[n, d]</c> on the CPU.</summary>
    public Tensor TextFeatures(IReadOnlyList<string> texts)
    {
        ArgumentNullException.ThrowIfNull(texts);
        return InBatches(texts.Count, (start, count) =>
            _clip.TextFeatures(_tokenizer.EncodeBatch([.. texts.Skip((int)start).Take((int)count)]).to(_device)));
    }

    /// <summary>CLIP-I of each generated picture: the mean cosine of its features with those of every reference (all pairs, never picture k with reference k alone).</summary>
    public IReadOnlyList<double> ClipI(Tensor generated, Tensor references)
    {
        using var scope = NewDisposeScope();
        return Numbers(matmul(ImageFeatures(generated), ImageFeatures(references).t()).mean([1]));
    }

    /// <summary>
    /// CLIP-T of each generated picture: the cosine of its features with those of its own text. Give every arm the same text, with the
    /// subject's phrase replaced by the class noun.
    /// </summary>
    public IReadOnlyList<double> ClipT(Tensor generated, IReadOnlyList<string> texts)
    {
        ArgumentNullException.ThrowIfNull(generated);
        ArgumentNullException.ThrowIfNull(texts);
        if (generated.shape[0] != texts.Count)
        {
            throw new ArgumentException($"{generated.shape[0]} pictures need as many texts, not {texts.Count}.", nameof(texts));
        }

        using var scope = NewDisposeScope();
        return Numbers((ImageFeatures(generated) * TextFeatures(texts)).sum(1));
    }

    /// <inheritdoc/>
    public void Dispose() => _clip.Dispose();

    private static Tensor InBatches(long total, Func<long, long, Tensor> features)
    {
        ArgumentOutOfRangeException.ThrowIfZero(total);
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        var parts = new List<Tensor>();
        for (var start = 0L; start < total; start += BatchSize)
        {
            using var batchScope = NewDisposeScope();
            var raw = features(start, Math.Min(BatchSize, total - start));
            parts.Add((raw / raw.norm(1, keepdim: true)).cpu().MoveToOuterDisposeScope());
        }

        return cat(parts).MoveToOuterDisposeScope();
    }

    private static double[] Numbers(Tensor values) => values.to_type(ScalarType.Float64).data<double>().ToArray();
}
