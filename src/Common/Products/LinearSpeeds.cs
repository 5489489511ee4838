using System.Text.Json;
using Diptych.Common.Runtime;
using Diptych.Common.Weights;
using static TorchSharp.torch;

namespace Diptych.Common.Products;

/// <summary>
/// How many times as fast as libtorch's linear layers ours are on one core. Measured once on a machine and remembered in a file of the user's: by it is chosen which run, and with that how sums are
/// rounded, so that measured anew each time, a run in a busy minute could end with other bits than the same run before it.
/// </summary>
/// <param name="ManyRows">With 256 rows: a picture's 16x16 places in Stable Diffusion 1.5.</param>
/// <param name="FewRows">With 16, its 4x4 places.</param>
internal sealed record LinearSpeeds(double ManyRows, double FewRows)
{
    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, RespectRequiredConstructorParameters = true };
    private static readonly Lazy<LinearSpeeds> Measured = new(() => Remembered(UserCache.Folders("linear-speeds"), Measure));

    /// <summary>This machine's.</summary>
    public static LinearSpeeds Here => Measured.Value;

    /// <summary>What one of the folders holds of such a processor and libtorch, or else what is measured, which is then written to the first that takes it.</summary>
    /// <param name="folders">Where to look, in order.</param>
    /// <param name="measure">Measures.</param>
    internal static LinearSpeeds Remembered(IReadOnlyList<string> folders, Func<LinearSpeeds> measure)
    {
        string[] files = [.. folders.Select(folder => Path.Combine(folder, $"{Processor.Model}-libtorch-{DoctorTorch.Version()}.json"))];
        if (Find(files) is { } known)
        {
            return known;
        }

        var measured = measure();
        if (Find(files) is { } others)
        {
            // Another process has measured meanwhile: the first to write is right.
            return others;
        }

        foreach (var file in files)
        {
            try
            {
                AtomicFile.WriteText(file, JsonSerializer.Serialize(measured, Json) + "\n");
                break;
            }
            catch (DiptychException)
            {
                // The next folder may do. Where none does, each process measures for itself.
            }
        }

        return measured;
    }

    private static LinearSpeeds? Find(IEnumerable<string> files) => files.Select(Read).FirstOrDefault(found => found is not null);

    private static LinearSpeeds? Read(string file)
    {
        try
        {
            return File.Exists(file) && JsonSerializer.Deserialize<LinearSpeeds>(File.ReadAllText(file), Json) is { ManyRows: > 0, FewRows: > 0 } speeds ? speeds : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            // Measured anew, and written again.
            return null;
        }
    }

    // On one core: two threads wait for each other, which on a busy machine takes longer than a product. In a thread of its own, since the calling one may have lanes to share its work with.
    private static LinearSpeeds Measure()
    {
        var speeds = new LinearSpeeds(1, 1);
        BriefThreads.ForEach([0], 1, _ =>
        {
            var threads = get_num_threads();
            set_num_threads(1);
            try
            {
                speeds = new LinearSpeeds(Of(rows: 256, channels: 640), Of(rows: 16, channels: 1280));
            }
            finally
            {
                set_num_threads(threads);
            }
        });
        return speeds;
    }

    // Forward and for the input's gradient: some milliseconds each.
    private static double Of(int rows, int channels)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var (x, weight) = (ones(rows, channels), ones(channels, channels));
        return SpeedRatio.Of(
            () => Do(LinearProduct.Forward(x, weight, null), LinearProduct.InputGradient(x, weight)),
            () => Do(nn.functional.linear(x, weight), mm(x, weight)));
    }

    private static void Do(Tensor product, Tensor gradient)
    {
        product.Dispose();
        gradient.Dispose();
    }
}
