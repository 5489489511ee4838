namespace Diptych.Common.Text;

/// <summary>Maps the names of a CLIP model's weights.</summary>
internal static class ClipWeights
{
    private const string Prefix = "text_model.";

    /// <summary>A text encoder's names: with the prefix or without, position ids or none; of a whole CLIP model, the text tower alone.</summary>
    public static string? TextOnly(string name)
    {
        var isOtherPart = name is "logit_scale" || name.StartsWith("text_projection.", StringComparison.Ordinal)
            || name.StartsWith("visual_projection.", StringComparison.Ordinal) || name.StartsWith("vision_model.", StringComparison.Ordinal);
        return isOtherPart || IsPositionIds(name) ? null : name.StartsWith(Prefix, StringComparison.Ordinal) ? name : Prefix + name;
    }

    /// <summary>The names of a text encoder with its projection.</summary>
    public static string? TextWithProjection(string name) =>
        name.StartsWith("text_projection.", StringComparison.Ordinal) ? name : TextOnly(name);

    /// <summary>A whole CLIP model's names.</summary>
    public static string? Whole(string name) => IsPositionIds(name) ? null : name;

    // 0, 1, 2, ...: a buffer that transformers stored until version 4.31.
    private static bool IsPositionIds(string name) => name.EndsWith("embeddings.position_ids", StringComparison.Ordinal);
}
