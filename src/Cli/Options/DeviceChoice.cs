namespace Diptych.Cli.Options;

/// <summary>Where the networks run.</summary>
internal enum DeviceChoice
{
    /// <summary>On the first GPU where there is one.</summary>
    Auto,

    /// <summary>On the CPU.</summary>
    Cpu,

    /// <summary>On the first GPU.</summary>
    Cuda,
}
