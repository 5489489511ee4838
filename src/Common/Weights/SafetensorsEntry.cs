using static TorchSharp.torch;

namespace Diptych.Common.Weights;

/// <summary>One tensor of a safetensors file, as its header describes it.</summary>
/// <param name="Name">Name in the file.</param>
/// <param name="FileDtype">Element type as the file spells it, such as <c>BF16</c>.</param>
/// <param name="Dtype">Element type of the tensor that <see cref="SafetensorsFile.Read"/> returns.</param>
/// <param name="Shape">Shape; empty for a scalar.</param>
/// <param name="Offset">Position of the first byte in the file.</param>
/// <param name="Length">Number of bytes.</param>
public sealed record SafetensorsEntry(string Name, string FileDtype, ScalarType Dtype, long[] Shape, long Offset, long Length);
