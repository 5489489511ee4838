using System.Runtime.InteropServices;
using Diptych.Common.Runtime;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Diptych.Common.Training;

/// <summary>
/// AdamW for networks whose products run in bf16 (Micikevicius et al. 2018, "Mixed precision training", section 3.1): the network holds bf16 copies of the
/// weights that products read, and their fp32 masters lie here. Autocast makes and drops those copies in every step, and widens every gradient; here one
/// pass over the weights reads the bf16 gradient, updates the master and its moments, and writes the next step's copy.
/// </summary>
/// <remarks>Disposing of it puts the masters into the network. Gradients that several passes add up should be fp32: use <see cref="FusedAdamW"/> for those.</remarks>
public sealed class HalfWeightAdamW : IOptimizer
{
    private readonly AdamWOptions _options;
    private readonly Entry[] _entries;

    /// <summary>Takes over the weights that are factors of products; the others stay fp32 where they are.</summary>
    /// <param name="trainable">What learns, fp32.</param>
    /// <param name="options">AdamW's constants.</param>
    public HalfWeightAdamW(IReadOnlyList<NamedParameter> trainable, AdamWOptions options)
    {
        ArgumentNullException.ThrowIfNull(trainable);
        _options = options;
        using var noGradient = no_grad();
        _entries = [.. trainable.Select(parameter => new Entry(parameter))];
    }

    /// <inheritdoc/>
    public void Step(double learningRate, Tensor? gradientDivisor = null)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        List<HalfWeightKernel.Weight> inOnePass = [];
        List<(Entry Entry, Tensor Gradient)> stock = [];
        float? divisor = null;
        foreach (var entry in _entries)
        {
            if (entry.Weight.grad is not { } gradient)
            {
                continue;
            }

            if (entry.IsHalf && gradient.device_type == DeviceType.CPU)
            {
                divisor ??= gradientDivisor?.item<float>() ?? 1;
                var factors = new HalfWeightKernel.Factors(_options, learningRate, divisor.Value, entry.CountOnCpu());
                inOnePass.Add(new(entry.Master, entry.Mean, entry.Square, gradient.is_contiguous() ? gradient : gradient.contiguous(), entry.Weight, factors));
            }
            else
            {
                entry.Steps.add_(SharedScalar.One, SharedScalar.One);
                stock.Add((entry, gradient.dtype == ScalarType.Float32 ? gradient : gradient.to_type(ScalarType.Float32)));
            }
        }

        HalfWeightKernel.Update(inOnePass);
        if (stock.Count > 0)
        {
            FusedAdamW.Update(
                [.. stock.Select(one => one.Entry.Master)], [.. stock.Select(one => one.Gradient)], [.. stock.Select(one => one.Entry.Mean)],
                [.. stock.Select(one => one.Entry.Square)], [.. stock.Select(one => one.Entry.Steps)], learningRate, _options, gradientDivisor);
        }

        foreach (var (entry, _) in stock.Where(one => one.Entry.IsHalf))
        {
            entry.Weight.copy_(entry.Master);
        }
    }

    /// <inheritdoc/>
    public void ZeroGradients()
    {
        foreach (var entry in _entries)
        {
            entry.Weight.grad = null;
        }
    }

    /// <inheritdoc/>
    public IEnumerable<KeyValuePair<string, Tensor>> StateOf(int parameter)
    {
        var entry = _entries[parameter];
        return [new("weights", entry.Master), new("mean", entry.Mean), new("square", entry.Square), new("steps", entry.Steps)];
    }

    /// <inheritdoc/>
    public void StateWasRead()
    {
        using var noGradient = no_grad();
        foreach (var entry in _entries.Where(entry => entry.IsHalf))
        {
            entry.Weight.copy_(entry.Master);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var entry in _entries)
        {
            entry.Dispose();
        }
    }

    private sealed class Entry : IDisposable
    {
        public Entry(NamedParameter parameter)
        {
            Weight = parameter.Value;
            IsHalf = parameter.IsFactor && Weight.dtype == ScalarType.Float32;
            using var scope = NewDisposeScope();
            Master = IsHalf ? Weight.detach().contiguous().DetachFromDisposeScope() : Weight;
            Mean = zeros_like(Master, requires_grad: false).DetachFromDisposeScope();
            Square = zeros_like(Master, requires_grad: false).DetachFromDisposeScope();
            Steps = zeros([], dtype: ScalarType.Float32, device: Weight.device).DetachFromDisposeScope();
            if (IsHalf)
            {
                Put(Weight, Master.to_type(ScalarType.BFloat16));
            }
        }

        /// <summary>What the network holds: bf16 where <see cref="IsHalf"/>.</summary>
        public Parameter Weight { get; }

        public bool IsHalf { get; }

        public Tensor Master { get; }

        public Tensor Mean { get; }

        public Tensor Square { get; }

        public Tensor Steps { get; }

        /// <summary>Counts one more step, and says how many there are.</summary>
        public int CountOnCpu()
        {
            // In place, without an operator for every one of hundreds of weights.
            var count = MemoryMarshal.Cast<byte, float>(Steps.bytes);
            return (int)++count[0];
        }

        public void Dispose()
        {
            if (IsHalf)
            {
                Weight.grad = null;
                Put(Weight, Master);
                Master.Dispose();
            }

            Mean.Dispose();
            Square.Dispose();
            Steps.Dispose();
        }

        // What x.data = y is in Python: the parameter stays the same object for network and autograd, with other numbers of another type.
        private static void Put(Parameter weight, Tensor numbers)
        {
            Span<ulong> stack = [Dispatcher.Current.Handle(weight), Dispatcher.Current.Handle(numbers)];
            Dispatcher.Current.Call("aten::set_data", stack);
        }
    }
}
