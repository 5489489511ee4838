using System.Globalization;
using Diptych.Common;
using Diptych.Common.Weights;

namespace Diptych.Lab.Pretraining;

/// <summary>
/// Keeps one work folder to one rebuild: a stage that is done in it must not be taken for another rebuild's. How the stages train is no part of it, so that
/// the plan of one that is not done yet may still change; a stage that is done has its own in its <see cref="StageReport"/>.
/// </summary>
internal static class PretrainingIdentity
{
    /// <summary>The file's name.</summary>
    public const string FileName = "pretraining.id";

    /// <summary>Claims a work folder, or finds that it goes on with the same rebuild. One begun before there was such a file is taken as it is.</summary>
    /// <param name="options">The rebuild's options.</param>
    /// <param name="path">The folder's <see cref="FileName"/>.</param>
    /// <exception cref="DiptychException">The folder holds another rebuild, or cannot be written to.</exception>
    public static void Claim(PretrainingOptions options, string path)
    {
        var now = Lines(options);
        if (!File.Exists(path))
        {
            AtomicFile.WriteText(path, string.Join('\n', now) + "\n");
            return;
        }

        var then = File.ReadAllLines(path);
        if (!then.SequenceEqual(now))
        {
            var same = now.Zip(then).TakeWhile(pair => pair.First == pair.Second).Count();
            throw new DiptychException(
                $"{path}: the work folder was begun with {LineOrNothing(then, same)} and is asked for {LineOrNothing(now, same)} now: choose another --work-dir, or give the options it began with.");
        }
    }

    // One thing a line, so that the error can name the first that differs. Lists are spelled out: a record prints them as their type.
    private static string[] Lines(PretrainingOptions options)
    {
        var shapes = options.Shapes;
        return
        [
            Line("seed", options.Seed),
            Line("pictures", options.Pictures),
            Line("judge pictures", options.JudgePictures),
            Line("held-out pictures", options.HeldOutPictures),
            Line("autoencoder channels", [.. shapes.AutoencoderChannels]),
            Line("latent channels", shapes.LatentChannels),
            Line("denoiser channels", [.. shapes.DenoiserChannels]),
            Line("denoiser heads", [.. shapes.DenoiserHeads]),
            Line("text width", shapes.TextWidth),
            Line("text layers", shapes.TextLayers),
            Line("oracle channels", [.. shapes.OracleChannels]),
            Line("mini-DINO channels", [.. shapes.MiniDinoChannels]),
        ];
    }

    private static string Line(string name, params long[] values) => $"{name} {string.Join(' ', values.Select(value => value.ToString(CultureInfo.InvariantCulture)))}";

    private static string LineOrNothing(string[] lines, int index) => index < lines.Length ? $"'{lines[index]}'" : "nothing more";
}
