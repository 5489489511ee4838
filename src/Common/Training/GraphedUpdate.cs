using Diptych.Common.Cuda;
using Diptych.Common.Runtime;
using Diptych.Common.Text;
using TorchSharp;
using static TorchSharp.torch;

namespace Diptych.Common.Training;

/// <summary>
/// An update of one pass as a CUDA graph: loss, gradients, clipping and the optimizer's step are recorded once and then launched as a whole, which is what
/// a small batch on a fast GPU waits for. What changes from step to step lies in tensors that stay: the batch, the rate, the count of steps.
/// </summary>
/// <remarks>While it lives, everything this thread computes on the GPU goes to a stream of its own.</remarks>
public sealed class GraphedUpdate : IDisposable
{
    // Libraries make their plans and work memory in the first steps, and cuDNN's search waits for the device.
    private const int EagerSteps = 3;

    private readonly ITrainingStep _method;
    private readonly ICapturableOptimizer _optimizer;
    private readonly TrainingOptions _options;
    private readonly CudaStreamScope _stream = new();
    private readonly Tensor _rate = zeros([], device: CUDA);
    private TrainingBatch? _inputs;
    private PromptTokens? _source;
    private CudaGraph? _graph;
    private Tensor? _loss;
    private int _steps;

    private GraphedUpdate(ITrainingStep method, ICapturableOptimizer optimizer, TrainingOptions options)
        => (_method, _optimizer, _options) = (method, optimizer, options);

    /// <summary>One for a training that can be recorded, else null: on a GPU, every step one full pass, and an optimizer that can be.</summary>
    public static GraphedUpdate? For(ITrainingStep method, IOptimizer optimizer, TrainingOptions options) =>
        Gpu.Levers.HasFlag(GpuLevers.Graph) && options is { GradientAccumulationSteps: 1, Parity: false } && optimizer is ICapturableOptimizer capturable
        && method.Trainable[0].Value.device_type == DeviceType.CUDA && CudaGraph.IsAvailable
            ? new GraphedUpdate(method, capturable, options)
            : null;

    /// <summary>Trains on a batch and gives its loss, without gradient; the caller's.</summary>
    public Tensor Run(TrainingBatch batch, double learningRate)
    {
        using var noGradient = no_grad();
        Take(batch);
        _rate.fill_(learningRate);
        if (_steps++ < EagerSteps)
        {
            Update();
            return _loss!.clone();
        }

        _graph ??= CudaGraph.Capture(Update);
        _graph.Replay();
        return _loss!.clone();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _graph?.Dispose();
        _loss?.Dispose();
        DropInputs();
        _rate.Dispose();
        _stream.Dispose();
    }

    private void Update()
    {
        using var scope = NewDisposeScope();
        using var gradient = enable_grad();
        Tensor loss;
        using (Autocast.For(CUDA, _options.MixedPrecision))
        {
            loss = _method.Loss(_inputs!);
        }

        loss.backward();
        var divisor = _options.MaxGradNorm is { } norm ? _optimizer.GradientDivisor(norm) : null;
        _optimizer.Step(_rate, divisor);
        _optimizer.ZeroGradients();
        _loss?.Dispose();
        _loss = loss.detach().DetachFromDisposeScope();
    }

    // The first batch's tensors are kept and later ones written into them. Prompts that are the same object are the same prompts: a method that reads them
    // ahead of the step does so once.
    private void Take(TrainingBatch batch)
    {
        if (_inputs is not null && !ReferenceEquals(batch.Tokens, _source) && _method.ReadsPromptsAhead)
        {
            _graph?.Dispose();
            _graph = null;
            _steps = 0;
            DropInputs();
        }

        if (_inputs is null)
        {
            Tensor Keep(Tensor tensor) => tensor.detach().clone().DetachFromDisposeScope();
            _inputs = new TrainingBatch(Keep(batch.Latents), Keep(batch.Noise), Keep(batch.Timesteps), batch.Tokens.Map(Keep), batch.TimeIds is null ? null : Keep(batch.TimeIds));
        }
        else
        {
            _inputs.Latents.copy_(batch.Latents);
            _inputs.Noise.copy_(batch.Noise);
            _inputs.Timesteps.copy_(batch.Timesteps);
            _inputs.TimeIds?.copy_(batch.TimeIds!);
            if (!ReferenceEquals(batch.Tokens, _source))
            {
                foreach (var (kept, ids) in _inputs.Tokens.Ids.Zip(batch.Tokens.Ids))
                {
                    kept.copy_(ids);
                }
            }
        }

        _source = batch.Tokens;
    }

    private void DropInputs()
    {
        if (_inputs is not null)
        {
            _inputs.Latents.Dispose();
            _inputs.Noise.Dispose();
            _inputs.Timesteps.Dispose();
            _inputs.Tokens.Dispose();
            _inputs.TimeIds?.Dispose();
            _inputs = null;
        }
    }
}
