using Diptych.Common.Runtime;
using Diptych.Lab.World;
using static TorchSharp.torch;

namespace Diptych.Lab.Pretraining;

/// <summary>Rendered pictures with their truth, kept as bytes on the device that trains.</summary>
public sealed class WorldPictures : IDisposable
{
    private WorldPictures(Tensor pixels, Tensor? regions, IReadOnlyList<PictureAttributes> attributes)
    {
        Pixels = pixels;
        Regions = regions;
        Attributes = attributes;
    }

    /// <summary>Number of pictures.</summary>
    public int Count => Attributes.Count;

    /// <summary>Bytes, [n, 128, 128, 3].</summary>
    public Tensor Pixels { get; }

    /// <summary>Each pixel's <see cref="PictureRegion"/>, bytes [n, 128, 128]; null where they were not asked for.</summary>
    public Tensor? Regions { get; }

    /// <summary>What each picture shows.</summary>
    public IReadOnlyList<PictureAttributes> Attributes { get; }

    /// <summary>Renders pictures on all cores.</summary>
    /// <param name="attributes">What they show.</param>
    /// <param name="withRegions">Whether to keep part masks too.</param>
    /// <param name="device">Where they are kept.</param>
    /// <param name="cancellation">Stops between two pictures.</param>
    public static WorldPictures Render(IReadOnlyList<PictureAttributes> attributes, bool withRegions, Device device, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(attributes);
        const int Block = 4096;
        using var scope = NewDisposeScope();
        var (pixels, regions) = (new List<Tensor>(), new List<Tensor>());
        for (var start = 0; start < attributes.Count; start += Block)
        {
            // One block at a time: the managed bytes of all pictures together would be gigabytes beside the tensor's.
            var count = Math.Min(Block, attributes.Count - start);
            var (drawn, labels) = (new byte[count][], new byte[count][]);
            Parallel.For(0, count, new ParallelOptions { CancellationToken = cancellation }, i =>
            {
                if (withRegions)
                {
                    var (picture, parts) = WorldRenderer.RenderWithParts(attributes[start + i]);
                    (drawn[i], labels[i]) = (picture.Pixels, parts.Labels);
                }
                else
                {
                    drawn[i] = WorldRenderer.Render(attributes[start + i]).Pixels;
                }
            });
            pixels.Add(ToTensor(drawn, WorldRenderer.Size, WorldRenderer.Size, 3).to(device));
            if (withRegions)
            {
                regions.Add(ToTensor(labels, WorldRenderer.Size, WorldRenderer.Size).to(device));
            }
        }

        return new WorldPictures(cat(pixels).DetachFromDisposeScope(), withRegions ? cat(regions).DetachFromDisposeScope() : null, attributes);
    }

    /// <summary>Attributes of training pictures, drawn from a seed.</summary>
    public static IReadOnlyList<PictureAttributes> Draw(int count, long seed, long set, Func<RandomStream, PictureAttributes> draw) =>
        [.. Enumerable.Range(0, count).Select(i => draw(new RandomStream(seed, RandomPurpose.World, set, i)))];

    /// <summary>The pictures of the rows <paramref name="indices"/> (int64 on the pictures' device) in [-1, 1]: fp32 [k, 3, 128, 128].</summary>
    public Tensor At(Tensor indices)
    {
        using var scope = NewDisposeScope();
        return ToUnit(Pixels.index_select(0, indices)).MoveToOuterDisposeScope();
    }

    /// <summary>A run of pictures in [-1, 1]: fp32 [count, 3, 128, 128].</summary>
    public Tensor Slice(long start, long count)
    {
        using var scope = NewDisposeScope();
        return ToUnit(Pixels.narrow(0, start, count)).MoveToOuterDisposeScope();
    }

    /// <summary>Bytes [n, h, w, 3] as [n, 3, h, w] in [-1, 1].</summary>
    public static Tensor ToUnit(Tensor bytes)
    {
        ArgumentNullException.ThrowIfNull(bytes);
        using var scope = NewDisposeScope();
        return (bytes.permute(0, 3, 1, 2).to_type(ScalarType.Float32) / 127.5 - 1).contiguous().MoveToOuterDisposeScope();
    }

    /// <summary>Pictures [n, 3, h, w] in [-1, 1] as bytes [n, h, w, 3].</summary>
    public static Tensor ToBytes(Tensor pictures)
    {
        ArgumentNullException.ThrowIfNull(pictures);
        using var scope = NewDisposeScope();
        return ((pictures.to_type(ScalarType.Float32).clamp(-1, 1) + 1) * 127.5).round().to_type(ScalarType.Byte).permute(0, 2, 3, 1).contiguous().MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Pixels.Dispose();
        Regions?.Dispose();
    }

    private static Tensor ToTensor(byte[][] rows, params long[] shape)
    {
        var tensor = empty([rows.Length, .. shape], dtype: ScalarType.Byte);
        for (var i = 0; i < rows.Length; i++)
        {
            using var row = tensor[i];
            rows[i].CopyTo(row.bytes);
        }

        return tensor;
    }
}
