using Diptych.Common.Products;
using Diptych.Common.Runtime;
using Diptych.Common.Unet;
using static TorchSharp.torch;

namespace Diptych.Common.Pipelines;

/// <summary>
/// Pictures drawn side by side on a CPU, each lane some of them from noise to pixels: of a small network's operators one core does most while the other waits, a sixth of the time of both.
/// </summary>
internal static class PictureLanes
{
    // With fewer a lane only repeats what every operator costs whatever its size.
    private const int PicturesPerLane = 2;

    /// <summary>Lanes for so many pictures at once of a network: one on a GPU, and where products are most of the work, which use all cores themselves.</summary>
    public static Lanes For(Device device, nn.Module network, int pictures) =>
        Lanes.For(device, KeptKernels.IsSmall(network) ? pictures / PicturesPerLane : 1, int.MaxValue);

    /// <summary>Rows of all pictures from those of each lane's, or all at once where the calling thread has no lanes.</summary>
    /// <param name="count">Pictures, n.</param>
    /// <param name="work">Gives the rows of the pictures from one number up to another, from 0 to n; called in a lane, with a dispose scope of its own and without gradients.</param>
    public static Tensor Rows(long count, Func<long, long, Tensor> work)
    {
        if (Lanes.Resting is not { } lanes)
        {
            return work(0, count);
        }

        var parts = lanes.Split(count, (from, to) =>
        {
            using var scope = NewDisposeScope();
            using var noGradient = no_grad();
            return work(from, to).DetachFromDisposeScope();
        });
        var rows = cat(parts);
        Array.ForEach(parts, part => part.Dispose());
        return rows;
    }

    /// <summary>What some of n pictures are told: of both halves of guidance, or the one there is.</summary>
    public static PromptConditioning Part(PromptConditioning prompt, long count, long from, long to) =>
        from == 0 && to == count ? prompt : prompt.Map(rows => cat([.. rows.split(count).Select(half => half.slice(0, from, to, 1))]));
}
