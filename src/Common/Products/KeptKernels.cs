using Diptych.Common.Layers;
using Diptych.Common.Runtime;
using static TorchSharp.torch;

namespace Diptych.Common.Products;

/// <summary>
/// Keeps a small network's weights as the kernels read them, each from its first use until disposed of: while a network draws, or does not learn, laying them out anew in every product would take a
/// tenth of the time. Meanwhile its weights may not change.
/// </summary>
/// <remarks>Of the embedded model it takes 185 MB while Textual Inversion learns in lanes, 120 MB while it draws. Of larger networks, whose products outweigh it, nothing is kept.</remarks>
public sealed class KeptKernels : IDisposable
{
    /// <summary>Numbers of the largest network that counts as small.</summary>
    public const long MostParameters = 64L << 20;

    private static readonly Lock Gate = new();
    private static readonly Dictionary<nint, KeptWeight> Known = [];

    private readonly List<nint> _addresses = [];

    private KeptKernels()
    {
    }

    /// <summary>Keeps those of networks on the CPU; the same network may be kept several times over.</summary>
    public static KeptKernels Of(params IReadOnlyList<nn.Module> networks)
    {
        ArgumentNullException.ThrowIfNull(networks);
        var kept = new KeptKernels();
        if (OwnProducts.AreUsedInConvolutions)
        {
            lock (Gate)
            {
                foreach (var weight in networks.Where(IsSmall).SelectMany(Weights).Where(OwnProducts.CanKeep))
                {
                    kept.Hold(weight);
                }
            }
        }

        return kept;
    }

    /// <summary>Whether a network is so small that its products are not most of its work.</summary>
    internal static bool IsSmall(nn.Module network) => network.parameters().Sum(p => p.numel()) <= MostParameters;

    /// <summary>Whether a weight is kept.</summary>
    internal static bool Has(Tensor weight) => Find(TensorData.Address(weight)) is not null;

    /// <summary>A convolution's kernels as <see cref="WinogradConvolution{TTiles}"/> reads them, where they are kept; otherwise null.</summary>
    internal static unsafe float* FindKernels<TTiles>(Tensor weight, bool turned)
        where TTiles : struct, IWinogradTiles
    {
        var kept = Find(TensorData.Address(weight));
        return kept is null ? null : kept.Kernels<TTiles>(turned);
    }

    /// <summary>Where a 3x3 convolution's weight lies as <see cref="PackedFactor"/>, where it is kept; otherwise null.</summary>
    internal static unsafe float* FindFactor(Tensor weight, bool forGradient)
    {
        var kept = Find(TensorData.Address(weight));
        return kept is null ? null : kept.Factor(forGradient);
    }

    /// <summary>Where a linear layer's weight lies as <see cref="PackedPanels"/>, where it is kept; otherwise null.</summary>
    internal static unsafe float* FindPanels(float* weight, bool forGradient)
    {
        var kept = Find((nint)weight);
        return kept is null ? null : kept.Panels(forGradient);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (Gate)
        {
            foreach (var address in _addresses)
            {
                if (--Known[address].Holders == 0)
                {
                    Known[address].Dispose();
                    Known.Remove(address);
                }
            }

            _addresses.Clear();
        }
    }

    private void Hold(Tensor weight)
    {
        var address = TensorData.Address(weight);
        if (!Known.TryGetValue(address, out var kept))
        {
            Known.Add(address, kept = new KeptWeight(weight));
        }

        kept.Holders++;
        _addresses.Add(address);
    }

    private static KeptWeight? Find(nint address)
    {
        lock (Gate)
        {
            return Known.Count == 0 ? null : Known.GetValueOrDefault(address);
        }
    }

    // A layer is not among its own modules in TorchSharp.
    private static IEnumerable<Tensor> Weights(nn.Module network) => network.modules().Prepend(network)
        .Select(layer => layer switch
        {
            Convolution2d convolution => convolution.Weight,
            LinearLayer linear => linear.Weight,
            _ => null,
        })
        .OfType<Tensor>();
}
