using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Diptych.Common.Products;
using Diptych.Common.Runtime;
using static TorchSharp.torch;

namespace Diptych.Common.Transformers;

/// <summary>
/// Keeps what attention makes of a prompt, its keys and values in each layer, from their first use until disposed of: while a picture is drawn they are the same in every step.
/// Meanwhile neither the text nor the weights may change, and nothing may learn through that text: a tape lacks what is kept.
/// </summary>
/// <remarks>Of the embedded model it takes a fifth of a megabyte a picture and half of guidance.</remarks>
internal sealed unsafe class KeptText : IDisposable
{
    private const nuint Line = 64;

    private static readonly Lock Gate = new();

    // Replaced, never changed, so that it is read without a lock.
    private static volatile KeptText[] s_known = [];

    // Keeps the memory, by whose address it is known, from becoming another text's.
    private readonly Tensor _text;
    private readonly nint _begin;
    private readonly nint _end;
    private readonly ConcurrentDictionary<(nint Text, nint Weight, int Rows), nint> _answers = new();

    private KeptText(Tensor text)
    {
        _text = text.alias().DetachFromDisposeScope();
        _begin = TensorData.Address(text);
        _end = _begin + (nint)(text.numel() * sizeof(float));
    }

    /// <summary>Keeps those of a text [n, tokens, width]; null where no kernel of ours reads it: not fp32, not on the CPU, or with gaps.</summary>
    public static KeptText? Of(Tensor text)
    {
        if (text.device_type != TorchSharp.DeviceType.CPU || text.dtype != ScalarType.Float32 || !text.is_contiguous())
        {
            return null;
        }

        var kept = new KeptText(text);
        lock (Gate)
        {
            s_known = [.. s_known, kept];
        }

        return kept;
    }

    /// <summary>text * W^T, where the text is kept; otherwise null.</summary>
    /// <param name="text">[rows, width], all of a text or rows of it.</param>
    /// <param name="rows">How many rows.</param>
    /// <param name="width">Their width.</param>
    /// <param name="weight">W, [channels, width].</param>
    /// <param name="channels">Width of the result, behind whose rows there is room for <see cref="HeadAttention.Slack"/> more.</param>
    public static float* Answers(float* text, int rows, int width, float* weight, int channels)
    {
        foreach (var kept in s_known)
        {
            if ((nint)text >= kept._begin && (nint)text < kept._end)
            {
                return (float*)kept._answers.GetOrAdd(((nint)text, (nint)weight, rows), static (key, sizes) => Multiply(key.Text, key.Rows, sizes.width, key.Weight, sizes.channels), (width, channels));
            }
        }

        return null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (Gate)
        {
            s_known = [.. s_known.Where(kept => kept != this)];
        }

        foreach (var answers in _answers.Values)
        {
            NativeMemory.AlignedFree((void*)answers);
        }

        _answers.Clear();
        _text.Dispose();
    }

    // Rows of a text are one thread's in every step (SampleParts), so that nothing is made twice.
    private static nint Multiply(nint text, int rows, int width, nint weight, int channels)
    {
        var numbers = (nuint)((rows + HeadAttention.Slack) * (long)channels) * sizeof(float);
        var room = (float*)NativeMemory.AlignedAlloc(numbers, Line);
        NativeMemory.Clear(room, numbers);
        RowProducts.Forward((float*)text, rows, width, (float*)weight, channels, null, room);
        return (nint)room;
    }
}
