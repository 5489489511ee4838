namespace Diptych.Reports.Data;

/// <summary>Names of the measures, as written in files. All of them are higher-is-better.</summary>
public static class MetricIds
{
    /// <summary>Share of the subject's attributes that the judge reads back from the picture, 0 to 1.</summary>
    public const string SubjectFidelity = "subject_fidelity";

    /// <summary>Share of what the prompt asked for that the judge reads back, the class noun counted but no attribute of the subject, 0 to 1.</summary>
    public const string PromptFidelity = "prompt_fidelity";

    /// <summary>Whether every attribute of the subject and everything the prompt asked for are read back, 0 or 1: the picture one wanted.</summary>
    public const string JointSuccess = "joint_success";

    /// <summary>Mean cosine of CLIP's picture features to those of the held-out pictures, -1 to 1.</summary>
    public const string ClipImage = "clip_i";

    /// <summary>Mean cosine to the held-out pictures in the features of a net that recognises individuals, -1 to 1 (DINO-I: Ruiz et al. 2023, section 4.1).</summary>
    public const string DinoImage = "dino_i";

    /// <summary>Cosine of CLIP's picture features to those of the prompt with the subject replaced by its class noun, -1 to 1.</summary>
    public const string ClipText = "clip_t";

    /// <summary>All of them, in the report's order.</summary>
    public static IReadOnlyList<string> All { get; } = [SubjectFidelity, PromptFidelity, JointSuccess, ClipImage, DinoImage, ClipText];
}
