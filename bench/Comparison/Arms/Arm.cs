using Diptych.Common.Pipelines;
using Diptych.Comparison.Families;
using Diptych.Reports.Data;

namespace Diptych.Comparison.Arms;

/// <summary>One column of the comparison: a pipeline and the way it speaks of the subject.</summary>
/// <param name="Record">What the report says of it.</param>
/// <param name="Pipeline">What draws.</param>
/// <param name="Weights">Names the network's weights: arms with the same weights share pictures of the same prompt.</param>
/// <param name="Wording">Its phrases for the subject.</param>
internal sealed record Arm(ArmRecord Record, StableDiffusion Pipeline, string Weights, SubjectWording Wording);
