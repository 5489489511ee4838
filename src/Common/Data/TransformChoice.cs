namespace Diptych.Common.Data;

/// <summary>The random part of one preparation of a photo, drawn by the caller so that the preparation itself is a pure function.</summary>
/// <param name="CropLeft">Columns of the scaled photo left of the crop; null for the centre.</param>
/// <param name="CropTop">Rows of the scaled photo above the crop; null for the centre.</param>
/// <param name="Flip">Whether the picture is mirrored.</param>
public readonly record struct TransformChoice(int? CropLeft, int? CropTop, bool Flip)
{
    /// <summary>Cut from the centre, not mirrored.</summary>
    public static TransformChoice Centred => default;
}
