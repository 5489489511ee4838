using static TorchSharp.torch;

namespace Diptych.Common.Cuda;

/// <summary>
/// Work on a GPU that is done again and again with other inputs of the same shapes: some times as it is, then recorded as a <see cref="CudaGraph"/> and launched as a
/// whole. While the object lives, everything this thread computes on the GPU goes to a stream of its own.
/// </summary>
/// <remarks>To be made only where <see cref="IsAvailableOn"/> says so; elsewhere it throws a <see cref="DiptychException"/>.</remarks>
/// <param name="work">Makes a result from the inputs. The tensors it is given are the same each time; it does nothing a graph cannot hold.</param>
public sealed class RecordedWork(Func<IReadOnlyList<Tensor>, Tensor> work) : IDisposable
{
    // Libraries make their plans and work memory in the first runs, and cuDNN's search waits for the device.
    private const int EagerRuns = 3;

    private readonly CudaStreamScope _stream = new();
    private List<Tensor>? _inputs;
    private CudaGraph? _graph;
    private Tensor? _result;
    private int _runs;

    /// <summary>Whether work on <paramref name="device"/> can be recorded, and is to be.</summary>
    public static bool IsAvailableOn(Device device)
    {
        ArgumentNullException.ThrowIfNull(device);
        return device.type == TorchSharp.DeviceType.CUDA && Gpu.Levers.HasFlag(GpuLevers.Graph) && CudaGraph.IsAvailable;
    }

    /// <summary>Does the work and gives its result without gradient: the caller's.</summary>
    /// <param name="inputs">As many as in the first run, of the same shapes; they are copied, and to the first ones' types.</param>
    /// <exception cref="ArgumentException">They are not.</exception>
    public Tensor Run(IReadOnlyList<Tensor> inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        Take(inputs);
        if (_runs++ < EagerRuns)
        {
            Work();
        }
        else
        {
            _graph ??= CudaGraph.Capture(Work);
            _graph.Replay();
        }

        return _result!.clone();
    }

    /// <summary>Forgets inputs and recording: the next run may have others.</summary>
    public void Forget()
    {
        _graph?.Dispose();
        _result?.Dispose();
        _inputs?.ForEach(input => input.Dispose());
        (_graph, _result, _inputs, _runs) = (null, null, null, 0);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Forget();
        _stream.Dispose();
    }

    private void Work()
    {
        using var scope = NewDisposeScope();
        var result = work(_inputs!).detach().DetachFromDisposeScope();
        _result?.Dispose();
        _result = result;
    }

    private void Take(IReadOnlyList<Tensor> inputs)
    {
        using var noGradient = no_grad();
        if (_inputs is null)
        {
            _inputs = [.. inputs.Select(input => input.detach().clone().DetachFromDisposeScope())];
            return;
        }

        if (inputs.Count != _inputs.Count || _inputs.Zip(inputs).Any(pair => !pair.First.shape.AsSpan().SequenceEqual(pair.Second.shape)))
        {
            throw new ArgumentException("What is recorded takes inputs of the same shapes every time.", nameof(inputs));
        }

        foreach (var (kept, input) in _inputs.Zip(inputs))
        {
            kept.copy_(input);
        }
    }
}
