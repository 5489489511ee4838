using Diptych.Common.Runtime;
using static TorchSharp.torch;

namespace Diptych.Common.Training;

/// <summary>
/// The random part of a training pass, from the streams of (seed, pass, sample): both methods of a comparison, and a run and its resumption,
/// meet the same noise at the same timesteps.
/// </summary>
public static class NoiseDraws
{
    /// <summary>First sample number of class images, far above any subject batch: prior preservation changes no draw of the subject's.</summary>
    public const int ClassSamples = 1 << 20;

    // A logarithm, a sine or a cosine, and half of ten rounds of multiplication: what a core multiplies in the meantime, thirty nanoseconds for one number after the other, four for many at once.
    private static readonly double OperationsOfNumber = RandomStream.DrawsManyAtOnce ? 900 : 4000;

    /// <summary>Standard normal numbers, [n, ..shape], one stream for each sample.</summary>
    public static unsafe Tensor Normal(long seed, RandomPurpose purpose, MicroBatch pass, int firstSample, int count, params long[] shape)
    {
        var numbers = empty([count, .. shape], dtype: ScalarType.Float32);
        var (first, each) = (TensorData.Address(numbers), checked((int)(numbers.numel() / count)));
        SharedWork.Over(count, OperationsOfNumber * count * each, (from, to) =>
        {
            for (var i = from; i < to; i++)
            {
                new RandomStream(seed, purpose, pass.Index, firstSample + i).FillNormal(new Span<float>((float*)first + (i * (nint)each), each));
            }
        });
        return numbers;
    }

    /// <summary>Timesteps spread evenly over the schedule, [n] int64.</summary>
    public static Tensor Timesteps(long seed, MicroBatch pass, int firstSample, int count, int scheduleLength) =>
        tensor(Enumerable.Range(firstSample, count).Select(i => (long)new RandomStream(seed, RandomPurpose.Timesteps, pass.Index, i).Next(scheduleLength)).ToArray());
}
