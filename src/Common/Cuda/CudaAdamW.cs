using Diptych.Common.Training;
using static TorchSharp.torch;

namespace Diptych.Common.Cuda;

/// <summary>
/// AdamW (Loshchilov and Hutter 2019, algorithm 2) for many tensors in a launch for every 256: reads bf16 gradients, updates fp32 masters and moments (which may be bytes,
/// Dettmers et al. 2022), writes the bf16 weights. Learning rate, divisor and step count are read on the device and the gradients' addresses are the launches' own, so that a CUDA graph can record it.
/// </summary>
internal sealed unsafe class CudaAdamW : IDisposable
{
    // As in Kernels.cu.
    private const int Tensors = 256;
    private const int Chunk = 16384;
    private const int Threads = 256;
    private const int NormThreads = 1024;
    private const int EntryNumbers = 7;
    private const int TreeBytes = 4 * BlockwiseBytes.BlockSize * sizeof(float);

    private readonly CudaModule _module;
    private readonly AdamWOptions _options;
    private readonly IReadOnlyList<Tensor> _weights;
    private readonly long[][] _strides;
    private readonly List<TensorGroup> _groups = [];
    private readonly int _chunkCount;
    private readonly Tensor _entries;
    private readonly Tensor _chunks;
    private readonly Tensor _partial;
    private readonly Tensor _divisor;
    private readonly Tensor _trees;

    /// <summary>Takes lists of equally many tensors on one device, the i-th of each of the same shape and order in memory, without gaps. They must stay where they are.</summary>
    /// <param name="weights">What the network holds, bf16; or the master itself, whose gradients are fp32 then.</param>
    /// <param name="masters">The weights in fp32.</param>
    /// <param name="moments">Their moments; those that are bytes follow each other as the weights' numbers lie in memory.</param>
    /// <param name="options">AdamW's constants.</param>
    /// <exception cref="ArgumentException">The lists do not fit each other.</exception>
    /// <exception cref="DiptychException">The device has no kernels.</exception>
    public CudaAdamW(IReadOnlyList<Tensor> weights, IReadOnlyList<Tensor> masters, IReadOnlyList<AdamMoments> moments, AdamWOptions options)
    {
        if (weights.Count == 0 || masters.Count != weights.Count || moments.Count != weights.Count)
        {
            throw new ArgumentException("Three lists of equally many are needed.", nameof(weights));
        }

        _module = CudaKernels.For(weights[0]) ?? throw new DiptychException($"There are no CUDA kernels for these weights: {CudaKernels.Reason ?? "they are turned off"}.");
        (_options, _weights) = (options, weights);
        _strides = [.. weights.Select(weight => weight.stride())];
        List<long> entries = [];
        List<int> chunks = [];
        foreach (var asBytes in (bool[])[true, false])
        {
            foreach (var members in Enumerable.Range(0, weights.Count).Where(i => moments[i].MeanBytes is not null == asBytes).Chunk(Tensors))
            {
                var (firstEntry, firstChunk) = (entries.Count / EntryNumbers, chunks.Count / 2);
                for (var place = 0; place < members.Length; place++)
                {
                    var i = members[place];
                    Validate(i, masters[i], moments[i]);
                    entries.AddRange(Entry(weights[i], masters[i], moments[i]));
                    var count = checked((int)((weights[i].numel() + Chunk - 1) / Chunk));
                    for (var chunk = 0; chunk < count; chunk++)
                    {
                        chunks.AddRange([place, chunk]);
                    }
                }

                _groups.Add(new(members, asBytes, firstEntry, firstChunk, (chunks.Count / 2) - firstChunk));
            }
        }

        _chunkCount = chunks.Count / 2;
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var device = weights[0].device;
        _entries = tensor(entries.ToArray(), dtype: ScalarType.Int64).to(device).DetachFromDisposeScope();
        _chunks = tensor(chunks.ToArray(), dtype: ScalarType.Int32).to(device).DetachFromDisposeScope();
        _partial = zeros(_chunkCount, dtype: ScalarType.Float32, device: device).DetachFromDisposeScope();
        _divisor = ones([], dtype: ScalarType.Float32, device: device).DetachFromDisposeScope();
        _trees = tensor([.. BlockwiseBytes.Tree(signed: true), .. BlockwiseBytes.Tree(signed: false)]).to(device).DetachFromDisposeScope();
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
        // As Betas in Kernels.cu.
        var betas = stackalloc float[]
        {
            (float)_options.Beta1, (float)(1 - _options.Beta1), (float)Math.Log(_options.Beta1),
            (float)_options.Beta2, (float)(1 - _options.Beta2), (float)Math.Log(_options.Beta2), (float)_options.Epsilon, (float)_options.WeightDecay,
        };
        var constants = KernelArgument.Struct(betas);
        ForEachLaunch(fitting, (group, chunks, entries, addresses) =>
        {
            const int scalars = 4 * sizeof(float);
            if (group.AsBytes)
            {
                _module.Launch("adamw_bytes", new(group.ChunkCount, 1, Threads, scalars + TreeBytes), chunks, entries, learningRate, divisor, Steps, constants, _trees, addresses);
            }
            else
            {
                _module.Launch("adamw", new(group.ChunkCount, 1, Threads, scalars), chunks, entries, learningRate, divisor, Steps, constants, addresses);
            }
        });
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
        ForEachLaunch(fitting, (group, chunks, entries, addresses) => _module.Launch(
            "squares", new(group.ChunkCount, 1, Threads, 32 * sizeof(float)), chunks, entries, KernelArgument.At(_partial, group.FirstChunk * (long)sizeof(float)), addresses));
        _module.Launch("norm_divisor", new(1, 1, NormThreads, 32 * sizeof(float)), _partial, _chunkCount, (float)limit, _divisor);
        return _divisor;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var tensor in (Tensor[])[_entries, _chunks, _partial, _divisor, _trees, Steps])
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

    // As Entry in Kernels.cu.
    private static long[] Entry(Tensor weight, Tensor master, AdamMoments moments) =>
    [
        KernelArgument.Address(master),
        KernelArgument.Address(moments.MeanBytes?.Codes ?? moments.Mean), KernelArgument.Address(moments.SquareBytes?.Codes ?? moments.Square),
        KernelArgument.Address(moments.MeanBytes?.Largest), KernelArgument.Address(moments.SquareBytes?.Largest),
        weight.dtype == ScalarType.Float32 ? 0 : KernelArgument.Address(weight), weight.numel(),
    ];

    private void Validate(int i, Tensor master, AdamMoments moments)
    {
        var weight = _weights[i];
        var isHalf = weight.dtype == ScalarType.BFloat16;
        var isDense = weight.is_contiguous() || ChannelsLast.IsChannelsLast(weight);
        Tensor?[] others = [master, moments.Mean, moments.Square];
        if ((!isHalf && (weight.dtype != ScalarType.Float32 || KernelArgument.Address(weight) != KernelArgument.Address(master))) || !isDense
            || others.OfType<Tensor>().Any(other => other.dtype != ScalarType.Float32 || other.device_type != weight.device_type || !SameOrder(other, weight.shape, _strides[i])))
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

    private delegate void Launcher(TensorGroup group, KernelArgument chunks, KernelArgument entries, KernelArgument addresses);

    private void ForEachLaunch(Tensor?[] gradients, Launcher launch)
    {
        var addresses = stackalloc nint[Tensors];
        foreach (var group in _groups.Where(group => group.ChunkCount > 0))
        {
            new Span<nint>(addresses, Tensors).Clear();
            for (var place = 0; place < group.Members.Length; place++)
            {
                addresses[place] = KernelArgument.Address(gradients[group.Members[place]]);
            }

            launch(
                group, KernelArgument.At(_chunks, group.FirstChunk * 2L * sizeof(int)), KernelArgument.At(_entries, group.FirstEntry * (long)EntryNumbers * sizeof(long)),
                KernelArgument.Struct(addresses));
        }
    }

    /// <summary>Tensors that share a launch.</summary>
    /// <param name="Members">Their numbers.</param>
    /// <param name="AsBytes">Whether their moments are bytes.</param>
    /// <param name="FirstEntry">Where their entries begin.</param>
    /// <param name="FirstChunk">Where their chunks begin.</param>
    /// <param name="ChunkCount">How many chunks they have.</param>
    private sealed record TensorGroup(int[] Members, bool AsBytes, int FirstEntry, int FirstChunk, int ChunkCount);
}
