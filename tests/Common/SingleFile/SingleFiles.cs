using Diptych.Common.Weights;
using Diptych.Tests.Common.Weights.Pickles;
using static TorchSharp.torch;

namespace Diptych.Tests.Common.SingleFile;

/// <summary>Single-file checkpoints made for tests.</summary>
internal static class SingleFiles
{
    /// <summary>Numbers that tell tensors and their elements apart.</summary>
    public static Tensor Numbers(string name, long[] shape)
    {
        var offset = name.Aggregate(7, (sum, c) => (sum * 31 + c) % 9973);
        return (arange(shape.Aggregate(1L, (p, d) => p * d), dtype: ScalarType.Float32) % 997 + offset).reshape(shape);
    }

    /// <summary>The file's tensors, made of the tensors that <paramref name="part"/> returns for diffusers' names.</summary>
    public static Dictionary<string, Tensor> Make(IReadOnlyList<RecordedTensor> layout, Func<string, long[], Tensor> part) => layout.ToDictionary(
        t => t.Name,
        t =>
        {
            var parts = t.From.Select(from => part(from, t.PartShape)).ToArray();
            return t.How switch
            {
                "concat" => cat(parts),
                "transpose" => parts[0].t().contiguous(),
                _ => parts[0].reshape(t.Shape),
            };
        });

    public static void WriteSafetensors(string path, IReadOnlyDictionary<string, Tensor> tensors) => SafetensorsWriter.Write(path, tensors);

    /// <summary>A checkpoint as training wrote it: a pickle with the weights under state_dict.</summary>
    public static void WriteCkpt(string path, IReadOnlyDictionary<string, Tensor> tensors)
    {
        var named = tensors.Select((t, i) => (t.Key, t.Value, Storage: $"{i}", Bytes: t.Value.contiguous().bytes.ToArray())).ToList();
        TorchFiles.WriteArchive(
            path,
            PickleBytes.Of(p => p.Table(
                ("global_step", v => v.Whole(875000)),
                ("state_dict", v => v.Table([.. named.Select(t => (t.Key, (Action<PickleBytes>)(w => w.Tensor(
                    t.Value.dtype == ScalarType.Float32 ? "FloatStorage" : "BFloat16Storage", t.Storage, (int)t.Value.NumberOfElements, 0, t.Value.shape, t.Value.contiguous().stride()))))])))),
            [.. named.Select(t => (t.Storage, t.Bytes))]);
    }
}
