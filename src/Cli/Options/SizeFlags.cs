using System.CommandLine;
using System.Globalization;
using Diptych.Common;
using Diptych.Common.Pipelines;
using Diptych.Common.Unet;

namespace Diptych.Cli.Options;

/// <summary>The sizes a Stable Diffusion XL is told, by diffusers' names.</summary>
internal sealed class SizeFlags
{
    private readonly Option<string?> _original = OptionKinds.Text("--original-size", "HxW", "Stable Diffusion XL: the size of the picture it should think of; a small one looks blurred. Default the size drawn.");
    private readonly Option<string?> _crop = OptionKinds.Text("--crops-coords-top-left", "YxX", "Stable Diffusion XL: rows and columns cut off above and to the left of it. Default 0x0.");
    private readonly Option<string?> _target = OptionKinds.Text("--target-size", "HxW", "Stable Diffusion XL: the size it should think it draws. Default the size drawn.");

    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[_original, _crop, _target])
        {
            command.Add(option);
        }
    }

    /// <summary>Reads the flags; the result completes them for a model and the size drawn. Null where none was given.</summary>
    /// <exception cref="UsageException">A value is not two numbers.</exception>
    public Func<StableDiffusion, GenerationOptions, SizeConditioning>? Read(OptionValues values)
    {
        var (original, crop, target) = (Pair(values, _original, least: 1), Pair(values, _crop, least: 0), Pair(values, _target, least: 1));
        if (original is null && crop is null && target is null)
        {
            return null;
        }

        return (model, options) =>
        {
            if (model.UNet.Config.Added is null)
            {
                throw new DiptychException($"{Given(values)}: {model.Source.Root} is no Stable Diffusion XL and is told no sizes; leave the option out.");
            }

            var drawn = (options.Height ?? model.PictureSize, options.Width ?? model.PictureSize);
            var ((height, width), (top, left), (targetHeight, targetWidth)) = (original ?? drawn, crop ?? (0, 0), target ?? drawn);
            return new SizeConditioning(height, width, top, left, targetHeight, targetWidth);
        };
    }

    private string Given(OptionValues values) => new[] { _original, _crop, _target }.First(o => values.OrNone(o) is not null).Name;

    private static (int First, int Second)? Pair(OptionValues values, Option<string?> option, int least)
    {
        if (values.OrNone(option) is not { } text)
        {
            return null;
        }

        var parts = text.Split('x');
        return parts.Length == 2 && Number(parts[0], out var first) && Number(parts[1], out var second) && first >= least && second >= least
            ? (first, second)
            : throw new UsageException($"{option.Name} {text}: write two whole numbers with an x between, such as 1024x768.");
    }

    private static bool Number(string text, out int value) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value <= 65536;
}
