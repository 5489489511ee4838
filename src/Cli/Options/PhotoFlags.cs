using System.CommandLine;
using Diptych.Common.Data;

namespace Diptych.Cli.Options;

/// <summary>Where the photos are and how they are made ready.</summary>
internal sealed class PhotoFlags
{
    private readonly Option<string?> _folder;
    private readonly Option<int?> _resolution = OptionKinds.Whole("--resolution", "Side of the prepared square in pixels. Default the model's own picture size (the reference's, in effect with --parity: 512).");
    private readonly Option<bool> _centre;
    private readonly Option<bool> _flip;
    private readonly Func<int, bool, ImageTransform> _parity;

    private PhotoFlags(Option<string?> folder, string centre, string flip, Func<int, bool, ImageTransform> parity)
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
        ImageTransform.TextualInversionParity);

    /// <summary>For DreamBooth.</summary>
    public static PhotoFlags ForDreamBooth() => new(
        OptionKinds.Required("--instance-data-dir", "DIR", "Folder of the subject's photos."),
        "With --parity: cut the centre out instead of a random part. Otherwise the centre is cut out anyway.",
        "Mirror half of the draws. Default no.",
        (size, centre) => ImageTransform.DreamBoothParity(size, centre));

    public void AddTo(Command command)
    {
        command.Add(_folder);
        command.Add(_resolution);
        command.Add(_centre);
        command.Add(_flip);
    }

    /// <summary>Reads and decodes the photos.</summary>
    /// <exception cref="Common.DiptychException">The folder or a photo cannot be used.</exception>
    public PhotoSet Load(OptionValues values, bool parity) => PhotoFolder.LoadAll(values.Required(_folder), parity ? _parity(8, false).Reading : new PhotoOptions());

    /// <summary>How the photos are made ready.</summary>
    /// <param name="values">The command line.</param>
    /// <param name="parity">Whether the reference's way is meant.</param>
    /// <param name="own">The model's own picture size in pixels.</param>
    public ImageTransform Transform(OptionValues values, bool parity, int own)
    {
        const int reference = 512;
        var size = values.Of(_resolution, parity ? reference : own);
        if (size is < 8 or > 4096)
        {
            throw new UsageException($"--resolution {size} is out of range: choose from 8 to 4096.");
        }

        var (centre, flip) = (values.Of(_centre), values.Of(_flip));
        return !parity ? new ImageTransform { Size = size, RandomFlip = flip } : _parity(size, centre) is var exact && flip ? exact with { RandomFlip = true } : _parity(size, centre);
    }
}
