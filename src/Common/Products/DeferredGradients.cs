using Diptych.Common.Runtime;
using static TorchSharp.torch;

namespace Diptych.Common.Products;

/// <summary>
/// Gradients of convolutions' weights that wait until a pass whose samples are split among threads is through in all of them. By itself each thread would take them over its own samples only, write them,
/// have autograd copy the first and add the other to it; this way each is written once. A small network's weights are several times larger than its pictures, and memory is what its step waits for.
/// </summary>
internal sealed class DeferredGradients : IDisposable
{
    [ThreadStatic]
    private static List<Factors>? t_here;

    private readonly SortedList<long, List<Factors>> _parts = [];

    /// <summary>Until what it gives is disposed of, gradients of the calling thread wait.</summary>
    /// <param name="part">Its number: sums go over the parts in this order.</param>
    public IDisposable Enter(long part)
    {
        List<Factors> here = [];
        lock (_parts)
        {
            _parts.Add(part, here);
        }

        t_here = here;
        return new Leaving();
    }

    /// <summary>Lets the gradient of a weight wait, if the calling thread is in such a pass and the weight is no result of others.</summary>
    /// <param name="weight">[out, in, k, k]; it must outlive the pass.</param>
    /// <param name="x">The convolution's input.</param>
    /// <param name="gradient">Its output's gradient.</param>
    /// <returns>Whether it waits.</returns>
    public static bool Take(Tensor weight, Tensor x, Tensor gradient)
    {
        if (t_here is null || !weight.is_leaf)
        {
            return false;
        }

        t_here.Add(new(weight, x.alias().DetachFromDisposeScope(), gradient.alias().DetachFromDisposeScope()));
        return true;
    }

    /// <summary>Takes them all and adds them to their weights'.</summary>
    /// <param name="lanes">The threads, which rest by now.</param>
    public void Run(Lanes lanes)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        // Largest first, so that no thread is left with one at the end.
        var all = _parts.Values.SelectMany(part => part).GroupBy(factors => TensorData.Address(factors.Weight)).Select(of => new Waiting([.. of])).OrderByDescending(one => one.Operations).ToArray();
        lanes.Share(all.Length, i => all[i].Compute());
        foreach (var one in all)
        {
            one.HandOver();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var factors in _parts.Values.SelectMany(part => part))
        {
            factors.X.Dispose();
            factors.Gradient.Dispose();
        }

        _parts.Clear();
    }

    private sealed record Factors(Tensor Weight, Tensor X, Tensor Gradient);

    private sealed class Waiting
    {
        private readonly IReadOnlyList<(Tensor X, Tensor Gradient)> _parts;
        private readonly Tensor _weight;
        private readonly Tensor _result;

        public Waiting(IReadOnlyList<Factors> parts)
        {
            _weight = parts[0].Weight;
            _parts = [.. parts.Select(part => (part.X, part.Gradient))];
            _result = empty(_weight.shape, dtype: ScalarType.Float32);
            Operations = _result.numel() * parts.Sum(part => part.X.numel() / part.X.size(1));
        }

        public long Operations { get; }

        public void Compute() => ConvolutionProduct.WeightGradient(_parts, _result);

        public void HandOver()
        {
            if (_weight.grad is { } before)
            {
                before.add_(_result);
            }
            else
            {
                _weight.grad = _result;
            }
        }
    }

    private sealed class Leaving : IDisposable
    {
        public void Dispose() => t_here = null;
    }
}
