namespace Diptych.Common.Cuda;

/// <summary>The GPU's memory, which TorchSharp does not tell.</summary>
public static class GpuMemory
{
    /// <summary>Memory of the current GPU in use by all processes, in 10^6 bytes.</summary>
    /// <exception cref="DiptychException">There is none.</exception>
    public static double UsedMb()
    {
        var (free, total) = StreamCalls.Memory();
        return (total - free) / 1e6;
    }
}
