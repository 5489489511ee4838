using static TorchSharp.torch;

namespace Diptych.Common.Weights;

/// <summary>Weights whose bytes in the file may serve as a tensor's memory.</summary>
internal interface IMappedWeights
{
    /// <summary>
    /// A CPU tensor whose memory is the file's own pages: nothing is copied, programs that load the same file share it, and what is written to the
    /// tensor stays its own. The file must not be shortened meanwhile; replacing it by another of its name does no harm.
    /// </summary>
    /// <returns>The tensor, or <see langword="null"/> where the elements are of another type, lie askew, or the system does not map files this way.</returns>
    Tensor? Map(string name, ScalarType dtype, long[] shape, long first = 0);
}
