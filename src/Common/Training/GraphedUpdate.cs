using Diptych.Common.Cuda;
using Diptych.Common.Runtime;
using Diptych.Common.Text;
using static TorchSharp.torch;

namespace Diptych.Common.Training;

/// <summary>
/// An update of one pass as a CUDA graph: loss, gradients, clipping and the optimizer's step are recorded once and then launched as a whole; one by one, a
/// small batch on a fast GPU would wait for every launch. What changes from step to step lies in tensors that stay: the batch, the rate, the count of steps.
/// </summary>
public sealed class GraphedUpdate : IDisposable
{
    private readonly ITrainingStep _method;
    private readonly ICapturableOptimizer _optimizer;
    private readonly TrainingOptions _options;
    private readonly RecordedWork _work;
    private PromptTokens? _source;
    private PromptTokens? _tokens;

    private GraphedUpdate(ITrainingStep method, ICapturableOptimizer optimizer, TrainingOptions options)
    {
        (_method, _optimizer, _options) = (method, optimizer, options);
        _work = new RecordedWork(Update);
    }

    /// <summary>One for a training that can be recorded, else null: on a GPU, every step one full pass, and an optimizer that can be.</summary>
    public static GraphedUpdate? For(ITrainingStep method, IOptimizer optimizer, TrainingOptions options)
    {
        ArgumentNullException.ThrowIfNull(method);
        ArgumentNullException.ThrowIfNull(options);
        return options is { GradientAccumulationSteps: 1, Parity: false } && optimizer is ICapturableOptimizer capturable && RecordedWork.IsAvailableOn(method.Trainable[0].Value.device)
            ? new GraphedUpdate(method, capturable, options)
            : null;
    }

    /// <summary>Trains on a batch and gives its loss, without gradient; the caller's.</summary>
    public Tensor Run(TrainingBatch batch, double learningRate)
    {
        ArgumentNullException.ThrowIfNull(batch);
        using var scope = NewDisposeScope();
        // A method that reads prompts ahead of its steps knows those it was recorded with, and says by handing out the same object that they are the same.
        if (_method.ReadsPromptsAhead && !ReferenceEquals(batch.Tokens, _source))
        {
            _work.Forget();
            _tokens = null;
        }

        _source = batch.Tokens;
        var rate = full([], learningRate, dtype: ScalarType.Float32, device: batch.Latents.device);
        List<Tensor> inputs = [rate, batch.Latents, batch.Noise, batch.Timesteps, .. batch.Tokens.Ids];
        if (batch.TimeIds is not null)
        {
            inputs.Add(batch.TimeIds);
        }

        return _work.Run(inputs).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose() => _work.Dispose();

    private Tensor Update(IReadOnlyList<Tensor> inputs)
    {
        var encoders = _source!.Ids.Count;
        // The same object every time, as the tensors in it are.
        _tokens ??= new PromptTokens([.. inputs.Skip(4).Take(encoders)]);
        var batch = new TrainingBatch(inputs[1], inputs[2], inputs[3], _tokens, inputs.ElementAtOrDefault(4 + encoders));
        Tensor loss;
        using (Autocast.For(batch.Latents.device, _options.MixedPrecision))
        {
            loss = _method.Loss(batch);
        }

        loss.backward();
        var divisor = _options.MaxGradNorm is { } norm ? _optimizer.GradientDivisor(norm) : null;
        _optimizer.Step(inputs[0], divisor);
        _optimizer.ZeroGradients();
        return loss;
    }
}
