using Diptych.Common.Runtime;
using static TorchSharp.torch;

namespace Diptych.Common.Products;

/// <summary>
/// Gradients of weights that wait until a pass whose samples are split among threads is through in all of them. By itself each thread would take them over its own samples only, write them,
/// have autograd copy the first and add the other to it; this way each is written once. A small network's weights are several times larger than its pictures, and memory is what its step waits for.
/// </summary>
internal sealed class DeferredGradients : IDisposable
{
    [ThreadStatic]
    private static Part? t_here;

    private readonly SortedList<long, Part> _parts = [];

    /// <summary>Whether gradients of the calling thread wait.</summary>
    public static bool AreHere => t_here is not null;

    /// <summary>Until what it gives is disposed of, gradients of the calling thread wait.</summary>
    /// <param name="part">Its number: sums go over the parts in this order.</param>
    public IDisposable Enter(long part)
    {
        var here = new Part();
        lock (_parts)
        {
            _parts.Add(part, here);
        }

        t_here = here;
        return new Leaving();
    }

    /// <summary>Lets the gradient of a convolution's weight wait, if the calling thread is in such a pass and the weight is no result of others.</summary>
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

        t_here.Waiting.Add(new WaitingPictures(weight, x, gradient));
        return true;
    }

    /// <summary>Lets gradients of linear layers wait.</summary>
    /// <param name="waiting">The gradients, where <see cref="AreHere"/>.</param>
    /// <param name="memory">What their rows lie in; it is kept until they have been taken.</param>
    public static void Take(IEnumerable<WaitingRows> waiting, IEnumerable<Tensor> memory)
    {
        t_here!.Waiting.AddRange(waiting);
        t_here.Memory.AddRange(memory.Select(tensor => tensor.alias().DetachFromDisposeScope()));
    }

    /// <summary>Takes them all and adds them to their weights'.</summary>
    /// <param name="lanes">The threads, which rest by now.</param>
    /// <param name="taken">Called with each gradient that is its weight's whole one, by the thread that has just computed it; null for nothing.</param>
    public void Run(Lanes lanes, Action<Tensor>? taken = null)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        // Largest first, so that no thread is left with one at the end.
        var all = _parts.Values.SelectMany(part => part.Waiting).GroupBy(one => TensorData.Address(one.Weight)).Select(of => new Gradient([.. of])).OrderByDescending(one => one.Operations).ToArray();
        lanes.Share(all.Length, i => all[i].Compute(taken));
        foreach (var one in all)
        {
            one.HandOver();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var one in _parts.Values.SelectMany(part => part.Waiting.Concat<IDisposable>(part.Memory)))
        {
            one.Dispose();
        }

        _parts.Clear();
    }

    private sealed class Part
    {
        public List<WaitingGradient> Waiting { get; } = [];

        public List<Tensor> Memory { get; } = [];
    }

    private sealed class Gradient(IReadOnlyList<WaitingGradient> parts)
    {
        private readonly Tensor _result = empty(parts[0].Weight.shape, dtype: ScalarType.Float32);
        private readonly Tensor? _before = parts[0].Weight.grad;

        public long Operations { get; } = parts.Sum(part => part.Operations);

        public void Compute(Action<Tensor>? taken)
        {
            parts[0].Compute(parts, _result);
            if (_before is null)
            {
                taken?.Invoke(_result);
            }
        }

        public void HandOver()
        {
            if (_before is null)
            {
                parts[0].Weight.grad = _result;
            }
            else
            {
                _before.add_(_result);
            }
        }
    }

    private sealed class Leaving : IDisposable
    {
        public void Dispose() => t_here = null;
    }
}
