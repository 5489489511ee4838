using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("Diptych.Tests")]

namespace Diptych.Common.Runtime;

/// <summary>Looks at the machine and says what is missing and how to put it right. It never throws: what does not load is a finding.</summary>
public static class Doctor
{
    /// <summary>Runs every check.</summary>
    /// <param name="outputFolder">Folder that runs are written to; its free space and permissions are looked at.</param>
    public static DoctorReport Examine(string outputFolder) => new(
    [
        DoctorSystem.OperatingSystem(),
        .. DoctorNative.Check(),
        .. DoctorTorch.Check(),
        DoctorProcessor.Bf16(DoctorProcessor.Description()),
        DoctorSystem.Memory(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes),
        DoctorDisk.FreeSpace("temporary folder", Path.GetTempPath()),
        DoctorDisk.FreeSpace("output folder", outputFolder),
        DoctorDisk.Writable("output folder", outputFolder),
        DoctorPictures.Check(),
    ]);
}
