using Diptych.Common.Pipelines;
using static TorchSharp.torch;

namespace Diptych.DreamBooth;

/// <summary>
/// Prompts as the UNet reads them. DreamBooth trains on one or two fixed prompts, so with a frozen text encoder each is encoded once and kept;
/// with a learning one it is encoded anew each step, with gradients.
/// </summary>
internal sealed class PromptRows(StableDiffusion sd, bool encoderLearns) : IDisposable
{
    private readonly Dictionary<string, Tensor> _encoded = new(StringComparer.Ordinal);

    /// <summary>The hidden states, [n, L, D], of token ids, [n, L].</summary>
    public Tensor For(Tensor ids) => encoderLearns ? sd.EncodeIds(ids) : Precomputed(ids);

    public void Dispose()
    {
        foreach (var rows in _encoded.Values)
        {
            rows.Dispose();
        }
    }

    private Tensor Precomputed(Tensor ids)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var count = (int)ids.shape[0];
        var flat = ids.cpu().data<long>().ToArray();
        var rows = new Tensor[count];
        for (var i = 0; i < count; i++)
        {
            var prompt = flat.AsSpan(i * (flat.Length / count), flat.Length / count);
            var key = string.Join(',', prompt.ToArray());
            if (!_encoded.TryGetValue(key, out var encoded))
            {
                _encoded[key] = encoded = sd.EncodeIds(ids.slice(0, i, i + 1, 1)).DetachFromDisposeScope();
            }

            rows[i] = encoded;
        }

        return cat(rows).MoveToOuterDisposeScope();
    }
}
