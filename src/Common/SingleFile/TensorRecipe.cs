namespace Diptych.Common.SingleFile;

/// <summary>Where a tensor in diffusers' names comes from.</summary>
/// <param name="Source">The tensor in the checkpoint.</param>
/// <param name="Shape">Its shape here.</param>
/// <param name="First">Number of its first element there, where one tensor of the checkpoint holds several.</param>
/// <param name="Transposed">Whether rows and columns are exchanged.</param>
internal sealed record TensorRecipe(string Source, long[] Shape, long First = 0, bool Transposed = false);
