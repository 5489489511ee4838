namespace Diptych.Reports.Data;

/// <summary>What is subtracted from what.</summary>
public enum EffectKind
{
    /// <summary>Arm A minus arm B, the same family.</summary>
    Arms,

    /// <summary>Family minus reference family, the same arm.</summary>
    Families,

    /// <summary>(Family minus reference family) in arm A, minus the same in arm B.</summary>
    Interaction,
}
