using Diptych.Common.Runtime;
using Microsoft.Win32.SafeHandles;
using static TorchSharp.torch;

namespace Diptych.Common.Weights;

/// <summary>
/// Reads elements from a file straight into a tensor's own memory, by positioned reads, which need no lock between threads.
/// </summary>
internal sealed unsafe class TensorReader : IDisposable
{
    // Small enough for the processor's cache, large enough for one system call to be nothing.
    private const int BlockElements = 1 << 18;

    private readonly string _path;
    private readonly SafeFileHandle _file;

    public TensorReader(string path, SafeFileHandle file) => (_path, _file) = (path, file);

    /// <summary>Fills a contiguous CPU tensor with elements of type <paramref name="fileDtype"/> that begin at <paramref name="offset"/>.</summary>
    public void Read(long offset, string fileDtype, Tensor target)
    {
        StoredDtype.TryGet(fileDtype, out var size, out var held);
        var count = target.NumberOfElements;
        if (count == 0)
        {
            return;
        }

        if (target.dtype == held && !StoredDtype.IsWidened(fileDtype))
        {
            var memory = TensorData.Address(target);
            MemoryAdvice.FillSoon(memory, count * size);
            ReadBytes(offset, (byte*)memory, count * size);
            return;
        }

        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        var flat = target.view(-1);
        using var block = empty(Math.Min(count, BlockElements), dtype: held, device: CPU);
        using var raw = StoredDtype.IsWidened(fileDtype) ? empty(Math.Min(count, BlockElements) * size, dtype: ScalarType.Byte, device: CPU) : null;
        for (var done = 0L; done < count; done += BlockElements)
        {
            var elements = (int)Math.Min(BlockElements, count - done);
            var into = (byte*)TensorData.Address(raw ?? block);
            ReadBytes(offset + done * size, into, (long)elements * size);
            if (raw is not null)
            {
                StoredDtype.Widen(fileDtype, new ReadOnlySpan<byte>(into, elements * size), block.bytes);
            }

            using var part = flat.narrow(0, done, elements);
            using var converted = block.narrow(0, 0, elements);
            part.copy_(converted).Dispose();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private void ReadBytes(long offset, byte* target, long count)
    {
        const int Most = 1 << 30;
        try
        {
            for (var done = 0L; done < count;)
            {
                var read = RandomAccess.Read(_file, new Span<byte>(target + done, (int)Math.Min(Most, count - done)), offset + done);
                if (read == 0)
                {
                    throw new DiptychException($"{_path} ends at byte {offset + done}, before all of its tensors: download or write it again.");
                }

                done += read;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DiptychException($"{_path} could not be read ({e.Message.ReplaceLineEndings(" ").TrimEnd('.')}): check the disk.", e);
        }
    }
}
