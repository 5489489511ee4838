using static TorchSharp.torch;

namespace Diptych.Common.Diffusion;

/// <summary>The last few tensors a multistep sampler needs again, newest first; they live in the scope around the sampler's steps.</summary>
internal sealed class TensorHistory(int capacity)
{
    private readonly List<Tensor> _tensors = [];

    public int Count => _tensors.Count;

    public Tensor this[int age] => _tensors[age];

    /// <summary>Keeps a view of <paramref name="tensor"/> beyond the current step and frees the oldest.</summary>
    public void Push(Tensor tensor)
    {
        _tensors.Insert(0, tensor.alias().MoveToOuterDisposeScope());
        if (_tensors.Count > capacity)
        {
            _tensors[capacity].Dispose();
            _tensors.RemoveAt(capacity);
        }
    }
}
