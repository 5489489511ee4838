using System.CommandLine;
using Diptych.Common.Data;
using Diptych.Common.Pipelines;

namespace Diptych.Cli.Options;

/// <summary>Where the photos are and how they are made ready.</summary>
internal sealed class PhotoFlags
{
    private readonly Option<string?> _folder;
    private readonly Option<int?> _resolution = OptionKinds.Whole("--resolution", "Side of the prepared square in pixels. Default the model's own picture size (the reference's, in effect with --parity: 512).");
    private readonly Option<bool> _centre;
    private readonly Option<bool> _flip;
    private readonly Func<int, bool, bool, ImageTransform> _parity;

    private PhotoFlags(Option<string?> folder, string centre, string flip, Func<int, bool, bool, ImageTransform> parity)
    {
        _folder = folder;
        _centre = OptionKinds.Flag("--center-crop", centre);
        _flip = OptionKinds.Flag("--random-flip", flip);
        _parity = parity;
    }

    /// <summary>For Textual Inversion; its reference script calls the folder <c>--train_data_dir</c>.</summary>
    public static PhotoFlags ForTextualInversion() => new(
        OptionKinds.Required("--instance-data-dir", "DIR", "Folder of the subject's photos.", "--train-data-dir"),
        "With --parity: cut the centre square out instead of squashing the photo into one. Otherwise the shorter edge is scaled and the centre cut out anyway.",
        "Mirror half of the draws. Default no (the reference always does, and with --parity so do we).",
        // The reference's script for Stable Diffusion XL squashes first and finds nothing left to cut.
        (size, centre, xl) => ImageTransform.TextualInversionParity(size, centre && !xl));

    /// <summary>For DreamBooth.</summary>
    public static PhotoFlags ForDreamBooth() => new(
        OptionKinds.Required("--instance-data-dir", "DIR", "Folder of the subject's photos."),
        "With --parity: cut the centre out instead of a random part. Otherwise the centre is cut out anyway.",
        "Mirror half of the draws. Default no.",
        (size, centre, _) => ImageTransform.DreamBoothParity(size, centre));

    public void AddTo(Command command)
    {
        command.Add(_folder);
        command.Add(_resolution);
        command.Add(_centre);
        command.Add(_flip);
    }

    /// <summary>Reads and decodes the photos.</summary>
    /// <exception cref="Common.DiptychException">The folder or a photo cannot be used.</exception>
    public PhotoSet Load(OptionValues values, bool parity) => PhotoFolder.LoadAll(values.Required(_folder), parity ? _parity(8, false, false).Reading : new PhotoOptions());

    /// <summary>How the photos are made ready.</summary>
    /// <param name="values">The command line.</param>
    /// <param name="parity">Whether the reference's way is meant.</param>
    /// <param name="model">The model they are for.</param>
    public ImageTransform Transform(OptionValues values, bool parity, StableDiffusion model)
    {
        const int reference = 512;
        var size = values.Of(_resolution, parity ? reference : model.PictureSize);
        if (size is < 8 or > 4096)
        {
            throw new UsageException($"--resolution {size} is out of range: choose from 8 to 4096.");
        }

        var (centre, flip) = (values.Of(_centre), values.Of(_flip));
        if (!parity)
        {
            return new ImageTransform { Size = size, RandomFlip = flip };
        }

        var exact = _parity(size, centre, model.Source.IsXl);
        return flip ? exact with { RandomFlip = true } : exact;
    }
}
