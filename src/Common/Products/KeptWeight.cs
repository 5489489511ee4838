using System.Runtime.InteropServices;
using Diptych.Common.Runtime;
using static TorchSharp.torch;

namespace Diptych.Common.Products;

/// <summary>One weight as the kernels read it, in the ways that were asked for. What it holds are no tensors: any thread may be the first to ask.</summary>
/// <param name="weight">[out, in] or [out, in, 3, 3].</param>
internal sealed unsafe class KeptWeight(Tensor weight) : IDisposable
{
    private const nuint Line = 64;

    private readonly int _outputs = (int)weight.size(0);
    private readonly int _inputs = (int)weight.size(1);

    // Keeps the memory, by whose address it is known, from becoming another weight's.
    private readonly Tensor _weight = weight.detach().DetachFromDisposeScope();
    private readonly float* _numbers = TensorData.Floats(weight);
    private readonly Lock _gate = new();
    private readonly Dictionary<(Type Tiles, bool Turned), nint> _kernels = [];
    private float* _panels;
    private float* _gradientPanels;
    private float* _factor;
    private float* _gradientFactor;

    /// <summary>How many keep it.</summary>
    public int Holders { get; set; }

    /// <summary>Its kernels (<see cref="WinogradKernels{TTiles}"/>), turned for the input's gradient.</summary>
    public float* Kernels<TTiles>(bool turned)
        where TTiles : struct, IWinogradTiles
    {
        lock (_gate)
        {
            if (!_kernels.TryGetValue((typeof(TTiles), turned), out var kernels))
            {
                var room = Room(turned ? WinogradKernels<TTiles>.Size(_outputs, _inputs) : WinogradKernels<TTiles>.Size(_inputs, _outputs));
                WinogradKernels<TTiles>.Transform(_numbers, _outputs, _inputs, turned, room);
                _kernels.Add((typeof(TTiles), turned), kernels = (nint)room);
            }

            return (float*)kernels;
        }
    }

    /// <summary>As the right factor of a linear layer, or of its input's gradient (<see cref="PackedPanels"/>).</summary>
    public float* Panels(bool forGradient)
    {
        lock (_gate)
        {
            ref var panels = ref forGradient ? ref _gradientPanels : ref _panels;
            if (panels is null)
            {
                var (depth, chunks) = forGradient ? (_outputs, _inputs / ProductKernel.HalfColumns) : (_inputs, _outputs / ProductKernel.HalfColumns);
                var room = Room(PackedPanels.Size(depth, chunks));
                if (forGradient)
                {
                    PackedPanels.Lay(new RowPanels(_numbers, _inputs), depth, chunks, room);
                }
                else
                {
                    PackedPanels.Lay(new TransposedPanels(_numbers, _inputs), depth, chunks, room);
                }

                panels = room;
            }

            return panels;
        }
    }

    /// <summary>As the left factor of a 3x3 convolution, or of its input's gradient (<see cref="PackedFactor"/>).</summary>
    public float* Factor(bool forGradient)
    {
        lock (_gate)
        {
            ref var factor = ref forGradient ? ref _gradientFactor : ref _factor;
            if (factor is null)
            {
                var columns = _inputs * PictureTaps.Count;
                var (rows, depth) = forGradient ? (columns, _outputs) : (_outputs, columns);
                var room = Room(PackedFactor.Size(rows, depth));
                PackedFactor.Lay(forGradient ? new(_numbers, 1, columns) : new(_numbers, columns, 1), rows, depth, room);
                factor = room;
            }

            return factor;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var kernels in _kernels.Values)
        {
            NativeMemory.AlignedFree((void*)kernels);
        }

        NativeMemory.AlignedFree(_panels);
        NativeMemory.AlignedFree(_gradientPanels);
        NativeMemory.AlignedFree(_factor);
        NativeMemory.AlignedFree(_gradientFactor);
        _weight.Dispose();
    }

    private static float* Room(nint count)
    {
        var room = (float*)NativeMemory.AlignedAlloc((nuint)count * sizeof(float), Line);
        MemoryAdvice.ReadOften((nint)room, count * sizeof(float));
        return room;
    }
}
