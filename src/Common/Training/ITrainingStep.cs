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
    /// Whether two threads may each take half of every one of its <see cref="Groups"/>: the loss is the mean of a group's samples', or a sum of such means, and computing it changes nothing.
    /// </summary>
    bool MayBeSplit => false;

    /// <summary>Groups of equally many samples that lie in a batch one behind the other.</summary>
    int Groups => 1;

    /// <summary>The loss of one batch: a scalar fp32 tensor with a gradient for exactly <see cref="Trainable"/>.</summary>
    Tensor Loss(TrainingBatch batch);
}
