using Microsoft.Win32.SafeHandles;

namespace Diptych.Common.Weights;

/// <summary>
/// A safetensors file: opening reads the header only, and each tensor is read on request.
/// Every offset, size and type is checked against the file before anything is read.
/// </summary>
public sealed class SafetensorsFile : TensorFile
{
    private SafetensorsFile(string path, SafeFileHandle file, SafetensorsHeader header)
        : base(path, file, header.Tensors, header.Metadata)
    {
    }

    /// <summary>Opens a file and checks its header.</summary>
    /// <exception cref="DiptychException">The file is missing, is cut short, is a Git LFS pointer, or its header is damaged.</exception>
    public static SafetensorsFile Open(string path)
    {
        var file = WeightFile.OpenHandle(path);
        try
        {
            return new SafetensorsFile(path, file, SafetensorsHeader.Read(path, file));
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }
}
