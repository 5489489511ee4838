using System.CommandLine;
using Diptych.Common.Data;
using Diptych.Common.Pipelines;

namespace Diptych.Cli.Options;

/// <summary>The size of what is drawn, the picture it starts from, and what is done to make do with less memory.</summary>
internal sealed class PictureFlags
{
    private const double DefaultStrength = 0.8;

    private readonly Option<int?> _height = OptionKinds.Whole("--height", "Height in pixels, a multiple of 8. Default the model's own.");
    private readonly Option<int?> _width = OptionKinds.Whole("--width", "Width in pixels, a multiple of 8. Default the model's own.");
    private readonly Option<string?> _picture = OptionKinds.Text("--init-image", "FILE", "A picture to start from instead of noise. It keeps its proportions unless --height and --width say otherwise; then its middle is taken.");
    private readonly Option<double?> _strength = OptionKinds.Number("--strength", "How much of --init-image is drawn anew, 0 (nothing) to 1: of --steps, the last STRENGTH x STEPS are taken. Default .8.");
    private readonly Option<int?> _batch = OptionKinds.Whole("--batch-size", "Pictures drawn at once. Default 8.");
    private readonly Option<bool> _slicing = OptionKinds.Flag("--vae-slicing", "Decode one picture of a batch at a time: the decoder's memory is one picture's, the result is the same. Default no.");
    private readonly Option<bool> _tiling = OptionKinds.Flag("--vae-tiling", "Decode large pictures in overlapping tiles: the decoder's memory is one tile's, colours may shift a little between tiles. Default no.");

    public IReadOnlyList<Option> Sizes => [_height, _width, _picture, _strength];

    public IReadOnlyList<Option> Memory => [_batch, _slicing, _tiling];

    /// <summary>Adds what the command line says to <paramref name="options"/>.</summary>
    public GenerationOptions Read(OptionValues values, GenerationOptions options) => options with
    {
        Height = values.OrNone(_height),
        Width = values.OrNone(_width),
        BatchSize = values.Of(_batch, options.BatchSize),
        VaeSlicing = values.Of(_slicing),
        VaeTiling = values.Of(_tiling),
    };

    /// <summary>The picture to start from and how much of it is drawn anew; none where none is given.</summary>
    /// <exception cref="UsageException">There is a strength and no picture, or the strength is out of range.</exception>
    /// <exception cref="Common.DiptychException">The picture cannot be read.</exception>
    public (RgbImage Picture, double Strength)? Start(OptionValues values)
    {
        if (values.OrNone(_picture) is not { } file)
        {
            return values.OrNone(_strength) is null ? null : throw new UsageException("--strength says how much of a picture is drawn anew: give one with --init-image.");
        }

        var strength = values.Of(_strength, DefaultStrength);
        return strength is >= 0 and <= 1
            ? (Photo.Load(file).Image, strength)
            : throw new UsageException(FormattableString.Invariant($"--strength {strength} is out of range: choose from 0 to 1."));
    }
}
