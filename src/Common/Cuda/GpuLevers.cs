namespace Diptych.Common.Cuda;

/// <summary>What training, and all but the graph in drawing, uses on a GPU beyond running there; each can be left out, to measure it or to go round a driver that dislikes it. Elsewhere none applies.</summary>
[Flags]
public enum GpuLevers
{
    /// <summary>libtorch's operators, launched one by one.</summary>
    None = 0,

    /// <summary>The whole step is recorded once and launched as one CUDA graph.</summary>
    Graph = 1,

    /// <summary>Kernels of our own for normalisation, gates and the optimizer.</summary>
    Kernels = 2,

    /// <summary>Pictures and kernels of convolutions lie in memory with their channels innermost, as tensor cores read them.</summary>
    ChannelsLast = 4,

    /// <summary>cuDNN tries its algorithms for every shape of convolution.</summary>
    Search = 8,

    /// <summary>Everything.</summary>
    All = Graph | Kernels | ChannelsLast | Search,
}
