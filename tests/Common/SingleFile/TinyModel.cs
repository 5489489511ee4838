using Diptych.Common.Weights;
using static TorchSharp.torch;

namespace Diptych.Tests.Common.SingleFile;

/// <summary>A model folder's tensors by "network/name" in today's names, text encoders' with their prefix.</summary>
internal sealed class TinyModel(string folder)
{
    private readonly Dictionary<string, (IWeightSource Weights, Dictionary<string, string> Names)> _networks = new(StringComparer.Ordinal);

    public Tensor Read(string full)
    {
        var (network, name) = (full.Split('/')[0], full.Split('/')[1]);
        if (!_networks.TryGetValue(network, out var opened))
        {
            var weights = NetworkWeights.Open(Path.Combine(folder, network));
            _networks[network] = opened = (weights, weights.Entries.Keys.ToDictionary(n => Today(network, n), StringComparer.Ordinal));
        }

        return opened.Weights.Read(opened.Names[name]);
    }

    private static string Today(string network, string name) => network switch
    {
        "vae" when name.Contains(".attentions.", StringComparison.Ordinal) => name
            .Replace(".query.", ".to_q.", StringComparison.Ordinal).Replace(".key.", ".to_k.", StringComparison.Ordinal)
            .Replace(".value.", ".to_v.", StringComparison.Ordinal).Replace(".proj_attn.", ".to_out.0.", StringComparison.Ordinal),
        "text_encoder" or "text_encoder_2" when !name.StartsWith("text_", StringComparison.Ordinal) => "text_model." + name,
        _ => name,
    };
}
