using Diptych.Common.Text;
using Diptych.Lab.World;
using static TorchSharp.torch;

namespace Diptych.Lab.Verification;

/// <summary>
/// Whether the text encoder keeps an identifier apart: an encoder that drops rare words leaves no place where a method could put a subject.
/// </summary>
public static class IdentifierProbe
{
    /// <summary>What was found.</summary>
    /// <param name="ProbeAccuracy">Share of class rows from which a linear map names the reserved word before them; rows it was not fitted on.</param>
    /// <param name="ClassRowCosine">Mean cosine of the class word's row with and without a reserved word before it.</param>
    /// <param name="LargestCosine">The largest of these cosines.</param>
    /// <param name="Rows">Rows measured.</param>
    public sealed record Result(double ProbeAccuracy, double ClassRowCosine, double LargestCosine, int Rows);

    /// <summary>Reads "a photo of a NAME CLASS SCENE" for every reserved word, class and scene.</summary>
    public static Result Measure(ClipTokenizer tokenizer, ClipTextEncoder encoder)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        ArgumentNullException.ThrowIfNull(encoder);
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        var (rows, labels, cosines) = (new List<Tensor>(), new List<long>(), new List<double>());
        foreach (var noun in LabWords.Classes)
        {
            foreach (var scene in LabWords.ScenePhrases.Values)
            {
                var bare = WordProbe.Row(tokenizer, encoder, $"a photo of a {noun} {scene}", noun);
                foreach (var (label, name) in WorldVocabulary.Reserved.Index())
                {
                    var row = WordProbe.Row(tokenizer, encoder, $"a photo of a {name} {noun} {scene}", noun);
                    cosines.Add(nn.functional.cosine_similarity(row, bare, dim: 0).item<float>());
                    rows.Add(row);
                    labels.Add(label);
                }
            }
        }

        return new Result(Probe(stack(rows), labels), cosines.Average(), cosines.Max(), rows.Count);
    }

    // Least squares onto one column for each word, with every fifth row kept back: those are measured.
    private static double Probe(Tensor rows, List<long> labels)
    {
        using var scope = NewDisposeScope();
        var inputs = cat([rows, ones(rows.shape[0], 1)], 1);
        var truth = tensor(labels.ToArray());
        // Rows come word by word, so a stride that shares no factor with their number keeps back some of each.
        var kept = tensor(Enumerable.Range(0, labels.Count).Where(i => i % 5 == 0).Select(i => (long)i).ToArray());
        var fitted = tensor(Enumerable.Range(0, labels.Count).Where(i => i % 5 != 0).Select(i => (long)i).ToArray());
        var targets = nn.functional.one_hot(truth.index_select(0, fitted), WorldVocabulary.Reserved.Count).to_type(ScalarType.Float32);
        var map = linalg.lstsq(inputs.index_select(0, fitted), targets).Solution;
        var named = inputs.index_select(0, kept).matmul(map).argmax(1);
        return named.eq(truth.index_select(0, kept)).to_type(ScalarType.Float32).mean().item<float>();
    }
}
