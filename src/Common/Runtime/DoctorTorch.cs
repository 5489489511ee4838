using System.Globalization;
using System.Runtime.InteropServices;
using Diptych.Common.Cuda;
using Diptych.Common.Products;
using TorchSharp;

namespace Diptych.Common.Runtime;

/// <summary>libtorch: where it is, whether it computes, and whether it exports what TorchSharp does not bind.</summary>
internal static class DoctorTorch
{
    private const string Restore = "restore and build again, or set DIPTYCH_LIBTORCH to a PyTorch's torch/lib.";

    public static IEnumerable<DoctorFinding> Check()
    {
        var chosen = Environment.GetEnvironmentVariable(TorchRuntime.LibtorchVariable);
        yield return DoctorFinding.Fine(TorchRuntime.LibtorchVariable, string.IsNullOrEmpty(chosen) ? "not set: the libtorch that came with the program" : chosen);

        var loading = Try("libtorch", () => DoctorFinding.Fine("libtorch", Describe()));
        yield return loading;
        if (loading.Status == DoctorStatus.Problem)
        {
            yield break;
        }

        yield return Try("arithmetic", Arithmetic);
        yield return Try("dispatcher", () => Dispatcher.Current is null ? DoctorFinding.Problem("dispatcher", "missing", Restore) : DoctorFinding.Fine("dispatcher", "its exports are there (fused AdamW)"));
        yield return Autocast.IsAvailable
            ? DoctorFinding.Fine("autocast", "its exports are there (--mixed-precision bf16)")
            : DoctorFinding.Note("autocast", "this libtorch does not export it", "use --mixed-precision no, or libtorch 2.10.");
        yield return Try("convolutions", () => DoctorConvolutions.Check(Restore));
        yield return Try("products", () => DoctorFinding.Fine("products", Products()));
        yield return Try("CUDA", Cuda);
        yield return Try("threads", () => Threads(torch.get_num_threads(), Environment.ProcessorCount, Environment.GetEnvironmentVariable("OMP_NUM_THREADS")));
    }

    private static string Products() => OwnProducts.AreUsedInConvolutions
        ? (OwnProducts.AreUsedInLinearLayers, OwnProducts.AreUsedForFewRows) switch
        {
            (true, _) => "fp32 linear layers and convolutions run in Diptych's own kernels, clearly faster here than libtorch's",
            (_, true) => "fp32 convolutions and linear layers of few rows run in Diptych's own kernels; other linear layers in libtorch's, which are good here",
            _ => "fp32 convolutions run in Diptych's own kernels; linear layers in libtorch's, which are good here",
        } + string.Create(CultureInfo.InvariantCulture, $" (measured once on a core: {LinearSpeeds.Here.ManyRows:f1} times as fast with many rows, {LinearSpeeds.Here.FewRows:f1} times with few)")
        : "libtorch's: Diptych's own kernels need AVX-512";

    /// <summary>Judges the number of threads libtorch computes with.</summary>
    public static DoctorFinding Threads(int threads, int cores, string? variable)
    {
        var detail = $"{threads} for {cores} core{(cores == 1 ? "" : "s")}{(string.IsNullOrEmpty(variable) ? "" : $" (OMP_NUM_THREADS={variable})")}";
        return threads == cores
            ? DoctorFinding.Fine("threads", detail)
            : DoctorFinding.Note("threads", detail, $"set OMP_NUM_THREADS={cores} to use every core once.");
    }

    /// <summary>Version of the libtorch that is loaded, which need not be the one TorchSharp was built for.</summary>
    public static unsafe string Version()
    {
        if (!NativeLibrary.TryGetExport(TorchRuntime.LibtorchCpu, "aoti_torch_abi_version", out var function))
        {
            return "older than 2.7";
        }

        var packed = ((delegate* unmanaged<ulong>)function)();
        return string.Create(CultureInfo.InvariantCulture, $"{packed >> 56}.{packed >> 48 & 0xff}.{packed >> 40 & 0xff}");
    }

    private static string Describe()
    {
        TorchRuntime.Load();
        var loaded = TorchRuntime.Loaded;
        return $"{Version()}, {(loaded is null ? "found by TorchSharp" : loaded.LibtorchFolder)}; {(loaded is { Patched: true } ? $"TorchSharp's library patched, {loaded.TorchSharpLibrary}" : "TorchSharp's own library")}";
    }

    private static DoctorFinding Arithmetic()
    {
        using var one = torch.ones(2, 2);
        using var product = one.mm(one);
        using var sum = product.sum();
        return sum.item<float>() == 8f
            ? DoctorFinding.Fine("arithmetic", "a matrix product comes out right")
            : DoctorFinding.Problem("arithmetic", "a matrix product comes out wrong", Restore);
    }

    private static DoctorFinding Cuda()
    {
        if (TorchRuntime.Loaded is not { HasCuda: true })
        {
            return File.Exists("/proc/driver/nvidia/version")
                ? DoctorFinding.Note("CUDA", "there is an NVIDIA driver, and this is the CPU build of libtorch", "build with -p:Cuda=true, or set DIPTYCH_LIBTORCH to a PyTorch with CUDA.")
                : DoctorFinding.Fine("CUDA", "not in this build: the CPU is used");
        }

        return torch.cuda.is_available()
            ? CudaKernels.IsAvailable
                ? DoctorFinding.Fine("CUDA", $"{torch.cuda.device_count()} device(s); our kernels compile")
                : DoctorFinding.Note("CUDA", $"{torch.cuda.device_count()} device(s); libtorch's operators alone: {CudaKernels.Reason}", $"set {Nvrtc.LibraryVariable} to a libnvrtc that knows the device.")
            : DoctorFinding.Note("CUDA", "libtorch has it and no device answers: the CPU is used", "check the driver with nvidia-smi.");
    }

    private static DoctorFinding Try(string name, Func<DoctorFinding> check)
    {
        try
        {
            return check();
        }
        catch (DiptychException e)
        {
            return DoctorFinding.Problem(name, "not usable", e.Message);
        }
        catch (Exception e) when (e is TypeInitializationException or DllNotFoundException or EntryPointNotFoundException or NotSupportedException or ExternalException or InvalidOperationException)
        {
            return DoctorFinding.Problem(name, (e.InnerException ?? e).Message.ReplaceLineEndings(" "), Restore);
        }
    }
}
