namespace Diptych.Reports.Data;

/// <summary>The machine a run was made on.</summary>
public sealed record MachineRecord
{
    /// <summary>Processor as the operating system names it.</summary>
    public required string Cpu { get; init; }

    /// <summary>Logical cores the process could use.</summary>
    public required int Cores { get; init; }

    /// <summary>Main memory in bytes.</summary>
    public required long MemoryBytes { get; init; }

    /// <summary>Operating system and its version.</summary>
    public required string Os { get; init; }

    /// <summary>Version and kind of the libtorch that did the arithmetic.</summary>
    public required string Libtorch { get; init; }

    /// <summary>Device the tensors lived on, such as <c>cpu</c> or the name of a GPU.</summary>
    public string Device { get; init; } = "cpu";
}
