using Diptych.Common.Cuda;
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
public sealed class HalfWeightAdamW : ICapturableOptimizer
{
    private readonly AdamWOptions _options;
    private readonly Entry[] _entries;
    private readonly bool _isOnCpu;
    private readonly Tensor? _steps;
    private readonly CudaAdamW? _kernels;
    private bool _disposed;

    /// <summary>Takes over the weights that are factors of products, on a GPU norms' and biases too; the others stay fp32 where they are.</summary>
    /// <param name="trainable">What learns, fp32.</param>
    /// <param name="options">AdamW's constants.</param>
    /// <param name="momentsAsBytes">Whether moments are kept as bytes (<see cref="EightBitAdamW"/>): where there are CUDA kernels only.</param>
    public HalfWeightAdamW(IReadOnlyList<NamedParameter> trainable, AdamWOptions options, bool momentsAsBytes = false)
    {
        ArgumentNullException.ThrowIfNull(trainable);
        _options = options;
        using var noGradient = no_grad();
        _isOnCpu = trainable[0].Value.device_type == DeviceType.CPU;
        if (momentsAsBytes && CudaKernels.For(trainable[0].Value) is null)
        {
            throw new ArgumentException($"Moments as bytes are for CUDA kernels: take {nameof(EightBitAdamW)}.", nameof(momentsAsBytes));
        }

        // On a GPU one count for all: what has no gradient stays as it is, and learns later as if it had been there.
        var entries = trainable.Select(parameter => new Entry(parameter, _isOnCpu, momentsAsBytes)).ToArray();
        _entries = entries;
        if (!_isOnCpu)
        {
            _kernels = CudaKernels.For(trainable[0].Value) is null
                ? null
                : new CudaAdamW([.. entries.Select(e => e.Weight)], [.. entries.Select(e => e.Master)], [.. entries.Select(e => e.Moments)], options);
            _steps = _kernels?.Steps ?? zeros([], dtype: ScalarType.Float32, device: trainable[0].Value.device).DetachFromDisposeScope();
        }
    }

    /// <inheritdoc/>
    public void Step(double learningRate, Tensor? gradientDivisor = null)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        if (_isOnCpu)
        {
            StepOnCpu(learningRate, gradientDivisor);
        }
        else
        {
            Step(full([], learningRate, dtype: ScalarType.Float32, device: _entries[0].Master.device), gradientDivisor);
        }
    }

    /// <inheritdoc/>
    public void Step(Tensor learningRate, Tensor? gradientDivisor = null)
    {
        ArgumentNullException.ThrowIfNull(learningRate);
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        if (_isOnCpu)
        {
            StepOnCpu(learningRate.item<float>(), gradientDivisor);
            return;
        }

        if (_kernels is not null)
        {
            _kernels.Step([.. _entries.Select(entry => entry.Weight.grad)], learningRate, gradientDivisor);
            return;
        }

        _steps!.add_(SharedScalar.One, SharedScalar.One);
        var lists = new FusedAdamW.Lists([], [], [], [], []);
        var learning = _entries.Select(entry => (Entry: entry, Gradient: entry.Weight.grad)).Where(one => one.Gradient is not null).ToList();
        foreach (var (entry, gradient) in learning)
        {
            lists.Add(entry.Master, gradient!.to_type(ScalarType.Float32), entry.Moments.Mean!, entry.Moments.Square!, _steps);
        }

        FusedAdamW.Update(lists, learningRate, _options, gradientDivisor);
        foreach (var (entry, _) in learning.Where(one => one.Entry.IsHalf))
        {
            entry.Weight.copy_(entry.Master);
        }
    }

    /// <inheritdoc/>
    public Tensor GradientDivisor(double limit, GradientSquares? squares = null) => _kernels?.Divisor([.. _entries.Select(entry => entry.Weight.grad)], limit) ?? GradientNorm.Divisor(_entries.Select(entry => entry.Weight), limit, squares);

    private void StepOnCpu(double learningRate, Tensor? gradientDivisor)
    {
        List<HalfWeightKernel.Weight> inOnePass = [];
        var rest = new FusedAdamW.Lists([], [], [], [], []);
        float? divisor = null;
        foreach (var entry in _entries)
        {
            if (entry.Weight.grad is not { } gradient)
            {
                continue;
            }

            if (entry.IsHalf)
            {
                divisor ??= gradientDivisor?.item<float>() ?? 1;
                var factors = new AdamWFactors(_options, learningRate, divisor.Value, entry.CountOnCpu());
                inOnePass.Add(new(entry.Master, entry.Moments.Mean!, entry.Moments.Square!, entry.Laid(gradient), entry.Weight, factors));
            }
            else
            {
                rest.Add(entry.Master, gradient, entry.Moments.Mean!, entry.Moments.Square!, entry.Steps!.add_(SharedScalar.One, SharedScalar.One));
            }
        }

        HalfWeightKernel.Update(inOnePass);
        if (rest.Parameters.Count > 0)
        {
            FusedAdamW.Update(rest, learningRate, _options, gradientDivisor);
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
        return [new("weights", entry.Master), .. entry.Moments.State(), new("steps", (_isOnCpu ? entry.Steps : _steps)!)];
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
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        foreach (var entry in _entries)
        {
            entry.Dispose();
        }

        _kernels?.Dispose();
        _steps?.Dispose();
    }

    private sealed class Entry : IDisposable
    {
        private readonly bool _isOnCpu;

        public Entry(NamedParameter parameter, bool isOnCpu, bool momentsAsBytes)
        {
            _isOnCpu = isOnCpu;
            Weight = parameter.Value;
            // A GPU computes norms and biases in the type of their weights; next to bf16 neighbours fp32 ones would only make it widen and narrow what passes
            // through. Tables of tokens and positions stay: their gradients are sums over a whole batch.
            IsInnermost = LiesInnermost(parameter);
            IsHalf = (parameter.IsFactor || (!isOnCpu && Weight.dim() == 1)) && Weight.dtype == ScalarType.Float32;
            using var scope = NewDisposeScope();
            Master = IsHalf ? Laid(Weight.detach()).DetachFromDisposeScope() : Weight;
            Moments = momentsAsBytes ? AdamMoments.AsBytes(Master, inMemoryOrder: true) : AdamMoments.Whole(Master);
            Steps = isOnCpu ? zeros([], dtype: ScalarType.Float32).DetachFromDisposeScope() : null;
            if (IsHalf)
            {
                TensorData.Set(Weight, Master.to_type(ScalarType.BFloat16));
            }
        }

        /// <summary>What the network holds: bf16 where <see cref="IsHalf"/>.</summary>
        public Parameter Weight { get; }

        public bool IsHalf { get; }

        private bool IsInnermost { get; }

        public Tensor Master { get; }

        public AdamMoments Moments { get; }

        /// <summary>Steps taken, on the CPU.</summary>
        public Tensor? Steps { get; }

        // Kernels of convolutions lie channels innermost where pictures will, and where a processor prefers it.
        private static bool LiesInnermost(NamedParameter parameter) =>
            parameter.Value.dim() == 4
            && (parameter.Value.device_type == DeviceType.CPU ? parameter.IsDeep : Gpu.Levers.HasFlag(GpuLevers.ChannelsLast) && CudaKernels.For(parameter.Value) is not null);

        /// <summary>Numbers as the master and its moments lie; themselves where they do.</summary>
        public Tensor Laid(Tensor numbers)
        {
            if (IsInnermost)
            {
                return ChannelsLast.ToChannelsLast(numbers);
            }

            return numbers.is_contiguous() ? numbers : numbers.contiguous();
        }

        /// <summary>Counts one more step, and says how many there are.</summary>
        public int CountOnCpu() => WeightKernel.CountStep(Steps!);

        public void Dispose()
        {
            if (IsHalf)
            {
                Weight.grad = null;
                // On the CPU fp32 convolutions are right in their own order only.
                using var whole = _isOnCpu ? Master.contiguous() : Master.alias();
                TensorData.Set(Weight, whole);
                Master.Dispose();
            }

            Moments.Dispose();
            Steps?.Dispose();
        }
    }
}
