namespace Diptych.Common.Runtime;

/// <summary>What a check of the machine came to.</summary>
public enum DoctorStatus
{
    /// <summary>As it should be.</summary>
    Fine,

    /// <summary>Usable, but worth knowing.</summary>
    Note,

    /// <summary>Something needed is missing or broken.</summary>
    Problem,
}
