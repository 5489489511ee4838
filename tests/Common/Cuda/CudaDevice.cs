using Diptych.Common.Cuda;
using Diptych.Common.Runtime;
using static TorchSharp.torch;

namespace Diptych.Tests.Common.Cuda;

/// <summary>The device tests of kernels run on.</summary>
internal static class CudaDevice
{
    public static bool Exists => TorchRuntime.Loaded is { HasCuda: true } && cuda.is_available();

    /// <summary>Skips the test where there is no CUDA device, and fails it where there is one without kernels.</summary>
    public static Device Require()
    {
        Assert.SkipUnless(Exists, "no CUDA device");
        Assert.True(CudaKernels.Prepare(CUDA), CudaKernels.Reason);
        return CUDA;
    }
}
