using Diptych.Common.Layers;
using Diptych.Common.Runtime;
using static TorchSharp.torch;

namespace Diptych.Common.Products;

/// <summary>
/// Keeps a network's 3x3 kernels as <see cref="WinogradConvolution"/> reads them, each from its first use until disposed of: while a network draws, or does not learn, transforming them in every
/// convolution would cost as much as is won on small pictures. Meanwhile its weights may not change.
/// </summary>
/// <remarks>Twice sixteen ninths of the memory of those kernels, which are small ones (<see cref="OwnProducts"/>): 40 MB of the embedded model's, none of Stable Diffusion's.</remarks>
public sealed class KeptKernels : IDisposable
{
    private static readonly Lock Gate = new();
    private static readonly Dictionary<nint, Entry> Known = [];

    private readonly List<nint> _addresses = [];

    private KeptKernels()
    {
    }

    /// <summary>Keeps those of a network on the CPU; the same network may be kept several times over.</summary>
    public static KeptKernels Of(nn.Module network)
    {
        ArgumentNullException.ThrowIfNull(network);
        var kept = new KeptKernels();
        if (!OwnProducts.AreUsedInConvolutions)
        {
            return kept;
        }

        lock (Gate)
        {
            foreach (var layer in network.modules().OfType<Convolution2d>().Where(layer => OwnProducts.CanKeep(layer.Weight)))
            {
                var address = TensorData.Address(layer.Weight);
                if (!Known.TryGetValue(address, out var entry))
                {
                    Known.Add(address, entry = new Entry());
                }

                entry.Holders++;
                kept._addresses.Add(address);
            }
        }

        return kept;
    }

    /// <summary>Whether a weight's are.</summary>
    internal static bool Has(Tensor weight)
    {
        lock (Gate)
        {
            return Known.Count > 0 && Known.ContainsKey(TensorData.Address(weight));
        }
    }

    /// <summary>A weight's kernels where they are kept, which stay the keeper's; otherwise null.</summary>
    internal static Tensor? Find(Tensor weight, bool turned)
    {
        Entry? entry;
        lock (Gate)
        {
            if (Known.Count == 0 || !Known.TryGetValue(TensorData.Address(weight), out entry))
            {
                return null;
            }
        }

        return entry.Kernels(weight, turned);
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

    private sealed class Entry : IDisposable
    {
        private readonly Lock _gate = new();
        private readonly Tensor?[] _kernels = new Tensor?[2];

        public int Holders { get; set; }

        public Tensor Kernels(Tensor weight, bool turned)
        {
            lock (_gate)
            {
                return _kernels[turned ? 1 : 0] ??= WinogradKernels.Transform(weight, turned).DetachFromDisposeScope();
            }
        }

        public void Dispose()
        {
            foreach (var kernels in _kernels)
            {
                kernels?.Dispose();
            }
        }
    }
}
