using Diptych.Common.Runtime;
using static TorchSharp.torch;

namespace Diptych.Common.Layers;

/// <summary>softmax(Q K^T / sqrt(d)) V (Vaswani et al. 2017, eq. 1), by whichever of two equal ways is faster.</summary>
public static class DotProductAttention
{
    // The fused kernel never holds the table of scores and wins without gradients at every size (1.2 to 2.5 times, AVX2, fp32). Its
    // backward on the CPU is the exception. In fp32 the two are level, and from 1024 x 1024 scores on it wins there too. In bf16 on AVX-512 its products run in
    // MKL's oldest kernels on AMD and in small pieces, and plain ones take .7 of the time (1024 x 1024 scores; of 256 x 256 half). Beyond, the table would take gigabytes.
    private const long MostPlainScores = 256 * 256;
    private const long MostPlainHalfScores = 1024 * 1024;

    /// <summary>Attends without a mask.</summary>
    /// <param name="query">[n, heads, queries, d].</param>
    /// <param name="key">[n, heads, keys, d].</param>
    /// <param name="value">[n, heads, keys, d].</param>
    /// <returns>[n, heads, queries, d].</returns>
    public static Tensor Attend(Tensor query, Tensor key, Tensor value)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(value);
        var learns = query.requires_grad || key.requires_grad || value.requires_grad;
        var most = query.dtype == ScalarType.BFloat16 ? MostPlainHalfScores : MostPlainScores;
        var plain = learns && query.device_type == TorchSharp.DeviceType.CPU && query.size(2) * key.size(2) <= most;
        return plain ? Plain(query, key, value) : nn.functional.scaled_dot_product_attention(query, key, value);
    }

    /// <summary>The same in fp32 whatever precision is asked for around it: in half precision some models' scores leave its range. The result has the queries' type.</summary>
    public static Tensor AttendInFull(Tensor query, Tensor key, Tensor value)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(value);
        using var scope = NewDisposeScope();
        using var full = Autocast.Pause(query.device);
        var seen = Attend(query.to_type(ScalarType.Float32), key.to_type(ScalarType.Float32), value.to_type(ScalarType.Float32));
        return seen.to_type(query.dtype).MoveToOuterDisposeScope();
    }

    private static Tensor Plain(Tensor query, Tensor key, Tensor value)
    {
        using var scope = NewDisposeScope();
        // The factor goes to the queries: they are fewer numbers than the table of scores.
        var scores = matmul(query * (1 / Math.Sqrt(query.size(3))), key.transpose(2, 3));
        return matmul(scores.softmax(-1), value).MoveToOuterDisposeScope();
    }
}
