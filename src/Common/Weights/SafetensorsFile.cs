using System.IO.MemoryMappedFiles;
using static TorchSharp.torch;

namespace Diptych.Common.Weights;

/// <summary>
/// A safetensors file, memory-mapped: opening reads the header only, and each tensor is copied out on request.
/// Every offset, size and type is checked against the file before anything is read.
/// </summary>
public sealed unsafe class SafetensorsFile : IDisposable
{
    private readonly SafetensorsHeader _header;
    private readonly MemoryMappedFile _map;
    private readonly MemoryMappedViewAccessor _view;
    private readonly byte* _start;

    private SafetensorsFile(string path, SafetensorsHeader header, FileStream file)
    {
        Path = path;
        _header = header;
        _map = MemoryMappedFile.CreateFromFile(file, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: false);
        _view = _map.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref _start);
    }

    /// <summary>The file's path as it was given.</summary>
    public string Path { get; }

    /// <summary>The free-form <c>__metadata__</c> strings.</summary>
    public IReadOnlyDictionary<string, string> Metadata => _header.Metadata;

    /// <summary>Every tensor by name.</summary>
    public IReadOnlyDictionary<string, SafetensorsEntry> Entries => _header.Entries;

    /// <summary>Opens a file and checks its header.</summary>
    /// <exception cref="DiptychException">The file is missing, is cut short, is a Git LFS pointer, or its header is damaged.</exception>
    public static SafetensorsFile Open(string path)
    {
        FileStream? file = null;
        try
        {
            file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
            return new SafetensorsFile(path, SafetensorsHeader.Read(path, file), file);
        }
        catch (Exception e)
        {
            file?.Dispose();
            if (e is FileNotFoundException or DirectoryNotFoundException)
            {
                throw new DiptychException($"{path} is missing: check the path, or download the model again.", e);
            }

            if (e is IOException or UnauthorizedAccessException)
            {
                throw new DiptychException($"{path} could not be read ({e.Message.ReplaceLineEndings(" ").TrimEnd('.')}): check its permissions.", e);
            }

            throw;
        }
    }

    /// <summary>Reads one tensor into CPU memory of its own; its type is <see cref="SafetensorsEntry.Dtype"/>.</summary>
    /// <exception cref="DiptychException">There is no tensor of that name.</exception>
    public Tensor Read(string name)
    {
        if (!Entries.TryGetValue(name, out var entry))
        {
            throw new DiptychException($"{Path} holds no tensor named '{name}'; it holds {Entries.Count}, such as {string.Join(", ", Entries.Keys.Take(3))}.");
        }

        var tensor = empty(entry.Shape, dtype: entry.Dtype);
        if (entry.Length > 0)
        {
            // Spans count bytes in int; larger tensors are copied whole by address.
            if (entry.Length <= int.MaxValue)
            {
                SafetensorsDtype.Decode(entry.FileDtype, new ReadOnlySpan<byte>(_start + entry.Offset, (int)entry.Length), tensor);
            }
            else
            {
                CopyLarge(entry, tensor);
            }
        }

        return tensor;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
        _map.Dispose();
    }

    private void CopyLarge(SafetensorsEntry entry, Tensor tensor)
    {
        using var stream = new UnmanagedMemoryStream(_start + entry.Offset, entry.Length);
        tensor.ReadBytesFromStream(stream);
    }
}
