using Diptych.Common.Training;
using static TorchSharp.torch;

namespace Diptych.Common.Cuda;

/// <summary>
/// AdamW (Loshchilov and Hutter 2019, algorithm 2) for many tensors in a launch for every 256: reads bf16 gradients, updates fp32 masters and moments, writes the bf16
/// weights. Learning rate, divisor and step count are read on the device and the gradients' addresses are the launches' own, so that a CUDA graph can record it.
/// </summary>
internal sealed unsafe class CudaAdamW : IDisposable
{
    // As in Kernels.cu.
    private const int Tensors = 256;
    private const int Chunk = 16384;
    private const int Threads = 256;
    private const int NormThreads = 1024;
    private const int EntryNumbers = 5;

    private readonly CudaModule _module;
    private readonly AdamWOptions _options;
    private readonly IReadOnlyList<Tensor> _weights;
    private readonly long[][] _strides;
    private readonly int[] _firstChunks;
    private readonly Tensor _entries;
    private readonly Tensor _chunks;
    private readonly Tensor _partial;
    private readonly Tensor _divisor;

    /// <summary>Takes lists of equally many tensors on one device, the i-th of each of the same shape and order in memory, without gaps. They must stay where they are.</summary>
    /// <param name="weights">What the network holds, bf16; or the master itself, whose gradients are fp32 then.</param>
    /// <param name="masters">The weights in fp32.</param>
    /// <param name="means">First moments, fp32.</param>
    /// <param name="squares">Second moments, fp32.</param>
    /// <param name="options">AdamW's constants.</param>
    /// <exception cref="ArgumentException">The lists do not fit each other.</exception>
    /// <exception cref="DiptychException">The device has no kernels.</exception>
    public CudaAdamW(IReadOnlyList<Tensor> weights, IReadOnlyList<Tensor> masters, IReadOnlyList<Tensor> means, IReadOnlyList<Tensor> squares, AdamWOptions options)
    {
        if (weights.Count == 0 || masters.Count != weights.Count || means.Count != weights.Count || squares.Count != weights.Count)
        {
            throw new ArgumentException("Four lists of equally many tensors are needed.", nameof(weights));
        }

        _module = CudaKernels.For(weights[0]) ?? throw new DiptychException($"There are no CUDA kernels for these weights: {CudaKernels.Reason ?? "they are turned off"}.");
        (_options, _weights) = (options, weights);
        _strides = [.. weights.Select(weight => weight.stride())];
        _firstChunks = new int[weights.Count + 1];
        var entries = new long[weights.Count * EntryNumbers];
        List<int> chunks = [];
        for (var i = 0; i < weights.Count; i++)
        {
            var isMaster = weights[i].dtype == ScalarType.Float32;
            Validate(i, masters[i], means[i], squares[i]);
            long[] entry =
            [
                KernelArgument.Address(masters[i]), KernelArgument.Address(means[i]), KernelArgument.Address(squares[i]),
                isMaster ? 0 : KernelArgument.Address(weights[i]), weights[i].numel(),
            ];
            entry.CopyTo(entries, i * EntryNumbers);
            var count = checked((int)((entry[^1] + Chunk - 1) / Chunk));
            _firstChunks[i + 1] = _firstChunks[i] + count;
            for (var chunk = 0; chunk < count; chunk++)
            {
                chunks.AddRange([i % Tensors, chunk]);
            }
        }

        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var device = weights[0].device;
        _entries = tensor(entries, dtype: ScalarType.Int64).to(device).DetachFromDisposeScope();
        _chunks = tensor(chunks.ToArray(), dtype: ScalarType.Int32).to(device).DetachFromDisposeScope();
        _partial = zeros(_firstChunks[^1], dtype: ScalarType.Float32, device: device).DetachFromDisposeScope();
        _divisor = ones([], dtype: ScalarType.Float32, device: device).DetachFromDisposeScope();
        Steps = zeros([], dtype: ScalarType.Float32, device: device).DetachFromDisposeScope();
    }

    /// <summary>Steps taken: an fp32 scalar on the device, the same for all tensors. Copy into it to go on from a checkpoint.</summary>
    public Tensor Steps { get; }

    /// <summary>Takes a step. It allocates nothing where every gradient has its weight's type and order in memory.</summary>
    /// <param name="gradients">One for each weight; a weight without is left alone.</param>
    /// <param name="learningRate">An fp32 scalar on the device.</param>
    /// <param name="divisor">An fp32 scalar on the device that gradients are divided by, or <see langword="null"/>.</param>
    public void Step(IReadOnlyList<Tensor?> gradients, Tensor learningRate, Tensor? divisor)
    {
        RequireScalar(learningRate);
        if (divisor is not null)
        {
            RequireScalar(divisor);
        }

        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var fitting = Fitting(gradients);
        _module.Launch("add_one", new(1, 1, 1), Steps);
        ForEachLaunch(fitting, (first, chunk, count, addresses) => _module.Launch(
            "adamw", new(count, 1, Threads, 4 * sizeof(float)),
            KernelArgument.At(_chunks, chunk * 2L * sizeof(int)), KernelArgument.At(_entries, first * (long)EntryNumbers * sizeof(long)), learningRate, divisor, Steps,
            (float)_options.Beta1, (float)(1 - _options.Beta1), (float)Math.Log(_options.Beta1),
            (float)_options.Beta2, (float)(1 - _options.Beta2), (float)Math.Log(_options.Beta2),
            (float)_options.Epsilon, (float)_options.WeightDecay, KernelArgument.Struct((void*)addresses)));
    }

    /// <summary>
    /// What these gradients must be divided by so that the norm of all together is at most <paramref name="limit"/>, as <see cref="GradientNorm.Divisor"/>:
    /// an fp32 scalar on the device, which is this optimizer's and is written anew by every call.
    /// </summary>
    public Tensor Divisor(IReadOnlyList<Tensor?> gradients, double limit)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var fitting = Fitting(gradients);
        ForEachLaunch(fitting, (first, chunk, count, addresses) => _module.Launch(
            "squares", new(count, 1, Threads, 32 * sizeof(float)),
            KernelArgument.At(_chunks, chunk * 2L * sizeof(int)), KernelArgument.At(_entries, first * (long)EntryNumbers * sizeof(long)),
            KernelArgument.At(_partial, chunk * (long)sizeof(float)), KernelArgument.Struct((void*)addresses)));
        _module.Launch("norm_divisor", new(1, 1, NormThreads, 32 * sizeof(float)), _partial, _firstChunks[^1], (float)limit, _divisor);
        return _divisor;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var tensor in (Tensor[])[_entries, _chunks, _partial, _divisor, Steps])
        {
            tensor.Dispose();
        }
    }

    private static bool SameOrder(Tensor tensor, long[] size, long[] stride)
    {
        var (otherSize, otherStride) = (tensor.shape, tensor.stride());
        return size.AsSpan().SequenceEqual(otherSize) && Enumerable.Range(0, size.Length).All(i => size[i] == 1 || stride[i] == otherStride[i]);
    }

    private static void RequireScalar(Tensor tensor)
    {
        if (tensor.dtype != ScalarType.Float32 || tensor.numel() != 1 || tensor.device_type != TorchSharp.DeviceType.CUDA)
        {
            throw new ArgumentException("A single fp32 number on the device is needed.", nameof(tensor));
        }
    }

    private void Validate(int i, params Tensor[] others)
    {
        var weight = _weights[i];
        var isHalf = weight.dtype == ScalarType.BFloat16;
        var isDense = weight.is_contiguous() || ChannelsLast.IsChannelsLast(weight);
        if ((!isHalf && (weight.dtype != ScalarType.Float32 || KernelArgument.Address(weight) != KernelArgument.Address(others[0]))) || !isDense
            || others.Any(other => other.dtype != ScalarType.Float32 || other.device_type != weight.device_type || !SameOrder(other, weight.shape, _strides[i])))
        {
            throw new ArgumentException($"Tensors {i} do not fit each other, or have gaps.", nameof(i));
        }
    }

    // Autograd's gradients fit already; what does not (fp32 sums of several passes, other strides) is copied.
    private Tensor?[] Fitting(IReadOnlyList<Tensor?> gradients)
    {
        if (gradients.Count != _weights.Count)
        {
            throw new ArgumentException($"{_weights.Count} gradients are needed.", nameof(gradients));
        }

        var fitting = new Tensor?[gradients.Count];
        for (var i = 0; i < fitting.Length; i++)
        {
            if (gradients[i] is not { } gradient)
            {
                continue;
            }

            var weight = _weights[i];
            fitting[i] = gradient;
            if (gradient.dtype != weight.dtype || !SameOrder(gradient, weight.shape, _strides[i]))
            {
                var copy = empty_strided(weight.shape, _strides[i], dtype: weight.dtype, device: weight.device);
                fitting[i] = copy.copy_(gradient);
            }
        }

        return fitting;
    }

    private delegate void Launcher(int first, int chunk, int count, nint addresses);

    private void ForEachLaunch(Tensor?[] gradients, Launcher launch)
    {
        var addresses = stackalloc nint[Tensors];
        for (var first = 0; first < gradients.Length; first += Tensors)
        {
            var end = Math.Min(first + Tensors, gradients.Length);
            new Span<nint>(addresses, Tensors).Clear();
            for (var i = first; i < end; i++)
            {
                addresses[i - first] = KernelArgument.Address(gradients[i]);
            }

            var count = _firstChunks[end] - _firstChunks[first];
            if (count > 0)
            {
                launch(first, _firstChunks[first], count, (nint)addresses);
            }
        }
    }
}
