using Diptych.Common.Weights;
using Diptych.Lab;
using Diptych.Lab.Verification;
using static TorchSharp.torch;

namespace Diptych.Tests.Lab;

/// <summary>The laboratory of this checkout, and readings of its pictures.</summary>
internal static class LabFiles
{
    public static LabModel Model { get; } = new(Path.Combine(Fixtures.Repository, "models", "lab"));

    public static IEnumerable<string> SubjectNames => Directory.GetDirectories(Model.Subjects).Select(folder => Path.GetFileName(folder)).Order(StringComparer.Ordinal);

    /// <summary>The laboratory's sixteen renders, [16, 3, 128, 128] in [-1, 1].</summary>
    public static Tensor Renders()
    {
        using var known = KnownPictures.Load(Model, []);
        return known.Pictures.clone();
    }

    /// <summary>Pictures of a safetensors file, uint8 [n, h, w, 3], as [n, 3, h, w] in [-1, 1].</summary>
    public static Tensor Pictures(string path, string name = "pictures")
    {
        using var file = SafetensorsFile.Open(path);
        using var pictures = file.Read(name);
        return (pictures.permute(0, 3, 1, 2).to_type(ScalarType.Float32) / 127.5 - 1).contiguous();
    }
}
