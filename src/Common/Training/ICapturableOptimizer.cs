using static TorchSharp.torch;

namespace Diptych.Common.Training;

/// <summary>An optimizer whose step reads everything that changes from step to step on the device, so that a CUDA graph can repeat it.</summary>
public interface ICapturableOptimizer : IOptimizer
{
    /// <summary>The same as <see cref="IOptimizer.Step"/> with the rate in a scalar fp32 tensor on the parameters' device.</summary>
    /// <param name="learningRate">This step's rate.</param>
    /// <param name="gradientDivisor">A scalar fp32 tensor every gradient is divided by first; null for none.</param>
    void Step(Tensor learningRate, Tensor? gradientDivisor = null);
}
