using static TorchSharp.torch;

namespace Diptych.Common.Training;

/// <summary>What a training loop asks of an optimizer, and a checkpoint keeps of it.</summary>
public interface IOptimizer : IDisposable
{
    /// <summary>Updates every parameter that has a gradient. Gradients stay; <see cref="ZeroGradients"/> drops them.</summary>
    /// <param name="learningRate">This step's rate.</param>
    /// <param name="gradientDivisor">A scalar fp32 tensor every gradient is divided by first (<see cref="GradientNorm.Divisor"/>); null for none.</param>
    void Step(double learningRate, Tensor? gradientDivisor = null);

    /// <summary>What the parameters' gradients must be divided by so that their norm is at most <paramref name="limit"/>, as <see cref="GradientNorm.Divisor"/>; valid until asked for again.</summary>
    /// <param name="limit">The largest norm.</param>
    /// <param name="squares">Of gradients whose squares are known already; null for none.</param>
    Tensor GradientDivisor(double limit, GradientSquares? squares = null);

    /// <summary>Drops all gradients, memory included.</summary>
    void ZeroGradients();

    /// <summary>Everything a resumed run needs of a parameter, its learned numbers among it, by name: the tensors themselves, to be read or written.</summary>
    /// <param name="parameter">The parameter's number, from 0.</param>
    IEnumerable<KeyValuePair<string, Tensor>> StateOf(int parameter);

    /// <summary>To be called when the tensors of <see cref="StateOf"/> have been written to.</summary>
    void StateWasRead();
}
