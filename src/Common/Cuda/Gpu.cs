namespace Diptych.Common.Cuda;

/// <summary>Which of the levers are used on a GPU: one switch for the whole process, to be set before a model is loaded.</summary>
public static class Gpu
{
    /// <summary>The levers in use. Default everything; to libtorch, cuDNN's search is passed on when this is set or a training begins.</summary>
    public static GpuLevers Levers
    {
        get;
        set
        {
            field = value;
            CudaKernels.Enabled = value.HasFlag(GpuLevers.Kernels);
            CudnnSearch.Set(value.HasFlag(GpuLevers.Search));
        }
    } = GpuLevers.All;
}
