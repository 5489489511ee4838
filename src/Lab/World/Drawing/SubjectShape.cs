using SkiaSharp;

namespace Diptych.Lab.World.Drawing;

/// <summary>The shapes of one subject, back to front, and where its accessories sit.</summary>
internal sealed class SubjectShape : IDisposable
{
    private readonly List<SubjectPart> _parts = [];

    /// <summary>The shapes, back to front.</summary>
    public IReadOnlyList<SubjectPart> Parts => _parts;

    /// <summary>Where a hat sits.</summary>
    public Anchor Hat { get; private set; }

    /// <summary>Where a scarf lies.</summary>
    public Anchor Scarf { get; private set; }

    /// <summary>The shape of a class with its three proportions, each from -1 to 1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The world has no such class.</exception>
    public static SubjectShape Of(string noun, IReadOnlyList<double> proportions)
    {
        var shape = new SubjectShape();
        var (a, b, c) = (proportions[0], proportions[1], proportions[2]);
        switch (noun)
        {
            case "dog": AnimalShapes.Dog(shape, a, b, c); break;
            case "cat": AnimalShapes.Cat(shape, a, b, c); break;
            case "bird": AnimalShapes.Bird(shape, a, b, c); break;
            case "robot": ThingShapes.Robot(shape, a, b, c); break;
            case "teapot": ThingShapes.Teapot(shape, a, b, c); break;
            case "car": ThingShapes.Car(shape, a, b, c); break;
            case "house": ThingShapes.House(shape, a, b, c); break;
            case "backpack": ThingShapes.Backpack(shape, a, b, c); break;
            default: throw new ArgumentOutOfRangeException(nameof(noun), noun, "The world has no such class.");
        }

        return shape;
    }

    /// <summary>Adds a filled shape.</summary>
    public void Fill(PartRole role, SKPath path) => _parts.Add(new SubjectPart(path, role, 0));

    /// <summary>Adds a line with round ends.</summary>
    public void Line(PartRole role, double width, SKPath path) => _parts.Add(new SubjectPart(path, role, (float)width));

    /// <summary>Says where accessories sit: middle, height and half width.</summary>
    public void Wear((double X, double Y, double Width) hat, (double X, double Y, double Width) scarf)
    {
        Hat = new Anchor((float)hat.X, (float)hat.Y, (float)hat.Width);
        Scarf = new Anchor((float)scarf.X, (float)scarf.Y, (float)scarf.Width);
    }

    /// <summary>The filled body shapes as one outline, which the caller disposes of: where patches and patterns may show.</summary>
    public SKPath BodyOutline()
    {
        var union = new SKPath();
        foreach (var part in _parts)
        {
            if (part is { Role: PartRole.Body, StrokeWidth: 0 })
            {
                union.AddPath(part.Path);
            }
        }

        return union;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var part in _parts)
        {
            part.Path.Dispose();
        }
    }
}
