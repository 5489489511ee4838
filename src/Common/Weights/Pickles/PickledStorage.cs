namespace Diptych.Common.Weights.Pickles;

/// <summary>Memory that tensors of a torch.save file share, as the pickle names it.</summary>
/// <param name="FileDtype">Element type; bytes where it is untyped.</param>
/// <param name="Key">Names its bytes in the file.</param>
/// <param name="ViewFirst">Its first element in those bytes; other than 0 only in files written before PyTorch 1.6.</param>
/// <param name="Untyped">Whether the element type comes from the tensor.</param>
internal sealed record PickledStorage(string FileDtype, string Key, long ViewFirst, bool Untyped);
