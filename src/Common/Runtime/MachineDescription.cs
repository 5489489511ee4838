using System.Runtime.InteropServices;
using TorchSharp;

namespace Diptych.Common.Runtime;

/// <summary>The machine a run was made on, for its record.</summary>
/// <param name="Cpu">Processor as the operating system names it.</param>
/// <param name="Cores">Logical cores the process may use.</param>
/// <param name="MemoryBytes">Memory the process may use, in bytes.</param>
/// <param name="Os">Operating system and its version.</param>
/// <param name="Libtorch">Version of the libtorch that did the arithmetic.</param>
/// <param name="Threads">Threads libtorch computes with.</param>
public sealed record MachineDescription(string Cpu, int Cores, long MemoryBytes, string Os, string Libtorch, int Threads)
{
    /// <summary>Describes this machine; loads libtorch where needed.</summary>
    /// <exception cref="DiptychException">libtorch does not load.</exception>
    public static MachineDescription Current()
    {
        TorchRuntime.Load();
        return new MachineDescription(
            DoctorProcessor.Name(DoctorProcessor.Description()),
            Environment.ProcessorCount,
            GC.GetGCMemoryInfo().TotalAvailableMemoryBytes,
            RuntimeInformation.OSDescription,
            DoctorTorch.Version(),
            torch.get_num_threads());
    }
}
