using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using static TorchSharp.torch;

namespace Diptych.Common.Runtime;

/// <summary>
/// Counter-based random numbers (Philox 4x32-10, Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011).
/// A stream is named by (seed, purpose, step, sample), so a resumed run draws what an uninterrupted one would have,
/// whatever was or was not drawn before.
/// </summary>
public sealed class RandomStream
{
    /// <summary>One of 2^32 equal parts of 1.</summary>
    internal const double OneWord = 1.0 / 4294967296.0;

    /// <summary>One of as many parts of a circle.</summary>
    internal const double OneOfCircle = 2 * Math.PI / 4294967296.0;

    private const uint Multiplier0 = 0xD2511F53;
    private const uint Multiplier1 = 0xCD9E8D57;
    private const uint KeyStep0 = 0x9E3779B9;
    private const uint KeyStep1 = 0xBB67AE85;

    private readonly uint _key0;
    private readonly uint _key1;
    private readonly uint _step;
    private readonly uint _sample;
    private uint _block;
    private int _used = 4;
    private uint _r0, _r1, _r2, _r3;

    /// <summary>Opens the stream of one sample of one step.</summary>
    public RandomStream(long seed, RandomPurpose purpose, long step = 0, long sample = 0)
    {
        // The purpose rides in the key's upper bits, scrambled so that neighbouring seeds and purposes do not meet.
        var key = Scramble(unchecked((ulong)seed)) ^ Scramble((ulong)purpose << 32 | 0x9E37u);
        _key0 = (uint)key;
        _key1 = (uint)(key >> 32);
        _step = unchecked((uint)step);
        _sample = unchecked((uint)sample ^ (uint)(step >> 32) * 0x85EBCA6Bu);
    }

    /// <summary>Whether many normal numbers are drawn at once.</summary>
    internal static bool DrawsManyAtOnce => Avx512DQ.IsSupported;

    /// <summary>A whole number from 0 up to, not including, <paramref name="exclusive"/>.</summary>
    public int Next(int exclusive)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(exclusive, 1);
        // Lemire's multiply-and-reject: unbiased for any bound. What it rejects is below the bound, so that hardly ever anything is divided.
        while (true)
        {
            var product = (ulong)NextBits() * (uint)exclusive;
            if ((uint)product >= (uint)exclusive || (uint)product >= unchecked((uint)-exclusive) % (uint)exclusive)
            {
                return (int)(product >> 32);
            }
        }
    }

    /// <summary>A number in [0, 1) with 53 random bits.</summary>
    public double NextDouble() => (((ulong)NextBits() << 21) ^ (NextBits() >> 11)) * (1.0 / (1UL << 53));

    /// <summary>Independent standard normal numbers as an fp32 CPU tensor.</summary>
    public Tensor Normal(params long[] shape)
    {
        var tensor = empty(shape, dtype: ScalarType.Float32);
        FillNormal(MemoryMarshal.Cast<byte, float>(tensor.bytes));
        return tensor;
    }

    /// <summary>Fills <paramref name="target"/> with independent standard normal numbers (Box and Muller, 1958).</summary>
    public void FillNormal(Span<float> target)
    {
        // Of whole blocks, many at once.
        for (; DrawsManyAtOnce && _used == 4 && target.Length >= NormalNumbers.Count; target = target[NormalNumbers.Count..])
        {
            NormalNumbers.Fill(NextBlocks(), target);
        }

        for (var i = 0; i < target.Length; i += 2)
        {
            // The first uniform lies in (0, 1], so that its logarithm is finite.
            var radius = Math.Sqrt(-2 * Math.Log((NextBits() + 1.0) * OneWord));
            var angle = NextBits() * OneOfCircle;
            target[i] = (float)(radius * Math.Cos(angle));
            if (i + 1 < target.Length)
            {
                target[i + 1] = (float)(radius * Math.Sin(angle));
            }
        }
    }

    private uint NextBits()
    {
        if (_used == 4)
        {
            Block(_block++);
            _used = 0;
        }

        return _used++ switch { 0 => _r0, 1 => _r1, 2 => _r2, _ => _r3 };
    }

    // Eight blocks' words, a block in each lane.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private (Vector512<ulong> First, Vector512<ulong> Second, Vector512<ulong> Third, Vector512<ulong> Fourth) NextBlocks()
    {
        var word = Vector512.Create((ulong)uint.MaxValue);
        var (c0, c1, c2, c3) = ((Vector512<ulong>.Indices + Vector512.Create((ulong)_block)) & word, Vector512.Create((ulong)_step), Vector512.Create((ulong)_sample), Vector512<ulong>.Zero);
        var (k0, k1) = (_key0, _key1);
        for (var round = 0; round < 10; round++)
        {
            var p0 = Avx512F.Multiply(c0.AsUInt32(), Vector512.Create(Multiplier0));
            var p1 = Avx512F.Multiply(c2.AsUInt32(), Vector512.Create(Multiplier1));
            (c0, c1, c2, c3) = ((p1 >> 32) ^ c1 ^ Vector512.Create((ulong)k0), p1 & word, (p0 >> 32) ^ c3 ^ Vector512.Create((ulong)k1), p0 & word);
            unchecked
            {
                k0 += KeyStep0;
                k1 += KeyStep1;
            }
        }

        _block = unchecked(_block + NormalNumbers.Blocks);
        return (c0, c1, c2, c3);
    }

    private void Block(uint counter)
    {
        uint c0 = counter, c1 = _step, c2 = _sample, c3 = 0, k0 = _key0, k1 = _key1;
        for (var round = 0; round < 10; round++)
        {
            var p0 = (ulong)c0 * Multiplier0;
            var p1 = (ulong)c2 * Multiplier1;
            (c0, c1, c2, c3) = ((uint)(p1 >> 32) ^ c1 ^ k0, (uint)p1, (uint)(p0 >> 32) ^ c3 ^ k1, (uint)p0);
            unchecked
            {
                k0 += KeyStep0;
                k1 += KeyStep1;
            }
        }

        (_r0, _r1, _r2, _r3) = (c0, c1, c2, c3);
    }

    // SplitMix64's finalizer.
    private static ulong Scramble(ulong x)
    {
        unchecked
        {
            x += 0x9E3779B97F4A7C15ul;
            x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ul;
            x = (x ^ (x >> 27)) * 0x94D049BB133111EBul;
            return x ^ (x >> 31);
        }
    }
}
