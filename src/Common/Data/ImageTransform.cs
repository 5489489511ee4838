using System.Globalization;
using Diptych.Common.Runtime;

namespace Diptych.Common.Data;

/// <summary>How photos are made ready for the VAE. The default is the right way; the two parity forms do what the reference scripts do.</summary>
public sealed record ImageTransform
{
    /// <summary>Side of the prepared square in pixels (the scripts' <c>--resolution</c>).</summary>
    public required int Size { get; init; }

    /// <summary>How the photo becomes a square. Default: shorter edge to the size, then a crop.</summary>
    public Framing Framing { get; init; } = Framing.ShorterEdge;

    /// <summary>The resizing filter. Default Lanczos.</summary>
    public Resampling Filter { get; init; } = Resampling.Lanczos;

    /// <summary>Whether the crop is drawn at random instead of taken from the centre; matters for <see cref="Framing.ShorterEdge"/> only. Default no.</summary>
    public bool RandomCrop { get; init; }

    /// <summary>Whether half of the draws are mirrored. Default no: a subject with writing on it or a parting must not be learned mirrored.</summary>
    public bool RandomFlip { get; init; }

    /// <summary>How the files are to be read: orientation applied and transparency on white unless a parity form says otherwise.</summary>
    public PhotoOptions Reading { get; init; } = new();

    /// <summary>The whole recipe in one stable line; part of the latent cache's key. Equal transforms have equal keys.</summary>
    public string Key => string.Create(
        CultureInfo.InvariantCulture,
        $"size={Size};framing={Framing};filter={Filter};crop={(RandomCrop ? "random" : "centre")};flip={(RandomFlip ? "random" : "never")};orientation={(Reading.ApplyOrientation ? "applied" : "ignored")};alpha={Reading.Alpha}");

    /// <summary>Every outcome of <see cref="Draw"/>, where they are few: the pictures a latent cache must hold. Null where crops are drawn at random.</summary>
    public IReadOnlyList<TransformChoice>? Variants => (RandomCrop && Framing == Framing.ShorterEdge, RandomFlip) switch
    {
        (true, _) => null,
        (_, true) => [TransformChoice.Centred, new TransformChoice(null, null, true)],
        _ => [TransformChoice.Centred],
    };

    /// <summary>As textual_inversion.py: EXIF ignored, optional centre square, squashed to the size with the bicubic filter, mirrored half of the time.</summary>
    public static ImageTransform TextualInversionParity(int size, bool centreCrop = false) => new()
    {
        Size = size,
        Framing = centreCrop ? Framing.CentreSquare : Framing.Squash,
        Filter = Resampling.Bicubic,
        RandomFlip = true,
        Reading = new PhotoOptions { ApplyOrientation = false, Alpha = AlphaHandling.Drop },
    };

    /// <summary>As train_dreambooth.py: EXIF applied, shorter edge to the size (bilinear; Lanczos in the LoRA script), then a random or centre crop.</summary>
    public static ImageTransform DreamBoothParity(int size, bool centreCrop = false, Resampling filter = Resampling.Bilinear) => new()
    {
        Size = size,
        Filter = filter,
        RandomCrop = !centreCrop,
        Reading = new PhotoOptions { Alpha = AlphaHandling.Drop },
    };

    /// <summary>Draws crop and flip for a photo of the given sides: always three numbers from the stream, whatever this transform uses of them.</summary>
    public TransformChoice Draw(int width, int height, RandomStream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        var scaled = ScaledSides(width, height);
        var left = stream.Next(scaled.Width - Size + 1);
        var top = stream.Next(scaled.Height - Size + 1);
        var flip = stream.Next(2) == 1;
        return RandomCrop && Framing == Framing.ShorterEdge
            ? new TransformChoice(left, top, flip && RandomFlip)
            : new TransformChoice(null, null, flip && RandomFlip);
    }

    /// <summary>The part of the scaled photo that <see cref="Apply"/> keeps; in a mirrored photo, counted after mirroring.</summary>
    public PixelWindow Window(int width, int height, TransformChoice choice)
    {
        // A centre cut out before scaling leaves the whole of what was scaled.
        var (scaledWidth, scaledHeight) = ScaledSides(width, height);
        var (left, top) = (choice.CropLeft ?? Centre(scaledWidth), choice.CropTop ?? Centre(scaledHeight));
        return new PixelWindow(choice.Flip ? scaledWidth - Size - left : left, top, Size, Size);
    }

    /// <summary>The photo as a square of <see cref="Size"/> pixels a side.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The chosen crop reaches beyond the scaled photo.</exception>
    public RgbImage Apply(RgbImage photo, TransformChoice choice)
    {
        ArgumentNullException.ThrowIfNull(photo);
        var source = Framing == Framing.CentreSquare ? CentreSquare(photo) : photo;
        var (width, height) = ScaledSides(source.Width, source.Height);
        var window = new PixelWindow(choice.CropLeft ?? Centre(width), choice.CropTop ?? Centre(height), Size, Size);
        var square = Resampler.Resize(source, width, height, Filter, window);
        return choice.Flip ? square.FlipHorizontally() : square;
    }

    /// <summary>Every variant of every photo, the variants of one photo one after the other: what a latent cache encodes.</summary>
    /// <exception cref="InvalidOperationException">Crops are drawn at random, so the variants are too many to cache.</exception>
    public IReadOnlyList<RgbImage> ApplyVariants(IEnumerable<RgbImage> photos)
    {
        ArgumentNullException.ThrowIfNull(photos);
        var variants = Variants ?? throw new InvalidOperationException("Random crops cannot be enumerated; prepare each photo as it is drawn.");
        return [.. photos.SelectMany(photo => variants.Select(choice => Apply(photo, choice)))];
    }

    /// <summary>Sides of the photo after scaling, before the crop. The longer edge is cut to whole pixels, not rounded, as torchvision does.</summary>
    private (int Width, int Height) ScaledSides(int width, int height)
    {
        if (Framing != Framing.ShorterEdge)
        {
            return (Size, Size);
        }

        return width <= height
            ? (Size, (int)((double)((long)Size * height) / width))
            : ((int)((double)((long)Size * width) / height), Size);
    }

    // torchvision's centre: Python rounds halves to even.
    private int Centre(int length) => (int)Math.Round((length - Size) / 2.0, MidpointRounding.ToEven);

    private static RgbImage CentreSquare(RgbImage photo)
    {
        var side = photo.ShorterSide;
        return photo.Crop(new PixelWindow((photo.Width - side) / 2, (photo.Height - side) / 2, side, side));
    }
}
