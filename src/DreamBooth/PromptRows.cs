using Diptych.Common.Pipelines;
using Diptych.Common.Text;
using Diptych.Common.Unet;
using static TorchSharp.torch;

namespace Diptych.DreamBooth;

/// <summary>
/// Prompts as the UNet reads them. DreamBooth trains on one or two fixed prompts, so with frozen text encoders each is encoded once and kept;
/// with learning ones it is encoded anew each step, with gradients.
/// </summary>
internal sealed class PromptRows(StableDiffusion sd, bool encodersLearn) : IDisposable
{
    private readonly Dictionary<string, PromptConditioning> _encoded = new(StringComparer.Ordinal);
    private PromptTokens? _lastTokens;
    private PromptConditioning? _lastRows;

    /// <summary>What the UNet reads of prompts, without sizes.</summary>
    public PromptConditioning For(PromptTokens tokens)
    {
        if (encodersLearn)
        {
            return sd.Text.Encode(tokens);
        }

        if (tokens.Ids[0].device_type == TorchSharp.DeviceType.CPU)
        {
            // A step's threads ask side by side, each for its part of the batch.
            lock (_encoded)
            {
                return Precomputed(tokens);
            }
        }

        // To look at the ids waits for the device. A batch whose prompts are the same object as the last one's has the same prompts.
        if (!ReferenceEquals(tokens, _lastTokens))
        {
            _lastRows?.Dispose();
            _lastRows = Precomputed(tokens).Map(part => part.DetachFromDisposeScope());
            _lastTokens = tokens;
        }

        return _lastRows!;
    }

    public void Dispose()
    {
        _lastRows?.Dispose();
        foreach (var rows in _encoded.Values)
        {
            rows.Dispose();
        }
    }

    private PromptConditioning Precomputed(PromptTokens tokens)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var rows = new PromptConditioning[tokens.Count];
        for (var i = 0; i < rows.Length; i++)
        {
            var prompt = tokens.Row(i);
            var key = string.Join(';', prompt.Ids.Select(ids => string.Join(',', ids.cpu().contiguous().data<long>().ToArray())));
            if (!_encoded.TryGetValue(key, out var encoded))
            {
                _encoded[key] = encoded = sd.Text.Encode(prompt).Map(part => part.DetachFromDisposeScope());
            }

            rows[i] = encoded;
        }

        return PromptConditioning.Concat(rows).MoveToOuterDisposeScope();
    }
}
