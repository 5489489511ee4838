using Diptych.Common.Cuda;
using static TorchSharp.torch;

namespace Diptych.Common.Training;

/// <summary>A weight's two moments: fp32 in its shape and order in memory, or as bytes.</summary>
internal sealed class AdamMoments : IDisposable
{
    private readonly string _order;

    private AdamMoments(Tensor weight, bool asBytes, bool inMemoryOrder)
    {
        // A byte's block is made of neighbours, so that bytes of another order are other bytes: a checkpoint must tell them apart.
        _order = inMemoryOrder && ChannelsLast.IsChannelsLast(weight) && !weight.is_contiguous() ? "_channels_last" : "";
        if (asBytes)
        {
            MeanBytes = new BlockwiseBytes(weight.shape, signed: true, weight.device);
            SquareBytes = new BlockwiseBytes(weight.shape, signed: false, weight.device);
            return;
        }

        Mean = zeros_like(weight, requires_grad: false).DetachFromDisposeScope();
        Square = zeros_like(weight, requires_grad: false).DetachFromDisposeScope();
    }

    /// <summary>First moments in fp32; <see langword="null"/> where they are bytes.</summary>
    public Tensor? Mean { get; }

    /// <summary>Second moments in fp32.</summary>
    public Tensor? Square { get; }

    /// <summary>First moments as bytes; <see langword="null"/> where they are fp32.</summary>
    public BlockwiseBytes? MeanBytes { get; }

    /// <summary>Second moments as bytes.</summary>
    public BlockwiseBytes? SquareBytes { get; }

    /// <summary>Zero, in fp32.</summary>
    public static AdamMoments Whole(Tensor weight) => new(weight, asBytes: false, inMemoryOrder: true);

    /// <summary>Zero, as bytes but for small weights (biases, norms), which keep fp32 as in Dettmers et al.'s own implementation.</summary>
    /// <param name="weight">What learns.</param>
    /// <param name="inMemoryOrder">Whether numbers follow each other as in memory, as kernels read them, and not as in the weight's shape.</param>
    public static AdamMoments AsBytes(Tensor weight, bool inMemoryOrder) => new(weight, weight.numel() >= EightBitAdamW.SmallestEightBit, inMemoryOrder);

    /// <summary>The tensors of a checkpoint, by name.</summary>
    public IEnumerable<KeyValuePair<string, Tensor>> State() => MeanBytes is null || SquareBytes is null
        ? [new("mean", Mean!), new("square", Square!)]
        :
        [
            new($"mean8{_order}", MeanBytes.Codes), new($"mean8{_order}_largest", MeanBytes.Largest),
            new($"square8{_order}", SquareBytes.Codes), new($"square8{_order}_largest", SquareBytes.Largest),
        ];

    /// <inheritdoc/>
    public void Dispose()
    {
        Mean?.Dispose();
        Square?.Dispose();
        MeanBytes?.Dispose();
        SquareBytes?.Dispose();
    }
}
