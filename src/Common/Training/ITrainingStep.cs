using static TorchSharp.torch;

namespace Diptych.Common.Training;

/// <summary>What a method brings to the loop: the tensors that learn, and the loss they learn from.</summary>
public interface ITrainingStep
{
    /// <summary>The tensors the optimizer updates, in a fixed order.</summary>
    IReadOnlyList<NamedParameter> Trainable { get; }

    /// <summary>Whether what the prompts say is computed once and kept, so that a step knows only prompts it has met.</summary>
    bool ReadsPromptsAhead => false;

    /// <summary>
    /// Whether two threads may each take half of a batch: the loss is the mean of its samples', and computing it changes nothing.
    /// </summary>
    bool MayBeSplit => false;

    /// <summary>The loss of one batch: a scalar fp32 tensor with a gradient for exactly <see cref="Trainable"/>.</summary>
    Tensor Loss(TrainingBatch batch);
}
