using SkiaSharp;

namespace Diptych.Lab.World.Drawing;

/// <summary>The outlines subjects and scenes are made of. Whoever asks for one disposes of it.</summary>
internal static class Shape
{
    /// <summary>An ellipse around (x, y), turned by <paramref name="degrees"/> clockwise.</summary>
    public static SKPath Ellipse(double x, double y, double radiusX, double radiusY, double degrees = 0)
    {
        var path = new SKPath();
        path.AddOval(new SKRect((float)(x - radiusX), (float)(y - radiusY), (float)(x + radiusX), (float)(y + radiusY)));
        if (degrees != 0)
        {
            path.Transform(SKMatrix.CreateRotationDegrees((float)degrees, (float)x, (float)y));
        }

        return path;
    }

    /// <summary>A box from its upper left corner, with rounded corners.</summary>
    public static SKPath Box(double x, double y, double width, double height, double radius = 0)
    {
        var path = new SKPath();
        path.AddRoundRect(SKRect.Create((float)x, (float)y, (float)width, (float)height), (float)radius, (float)radius);
        return path;
    }

    /// <summary>A closed polygon.</summary>
    public static SKPath Polygon(params ReadOnlySpan<(double X, double Y)> corners)
    {
        var points = new SKPoint[corners.Length];
        for (var i = 0; i < points.Length; i++)
        {
            points[i] = new SKPoint((float)corners[i].X, (float)corners[i].Y);
        }

        var path = new SKPath();
        path.AddPoly(points, close: true);
        return path;
    }

    /// <summary>An open quadratic curve.</summary>
    public static SKPath Curve((double X, double Y) from, (double X, double Y) towards, (double X, double Y) to)
    {
        var path = new SKPath();
        path.MoveTo((float)from.X, (float)from.Y);
        path.QuadTo((float)towards.X, (float)towards.Y, (float)to.X, (float)to.Y);
        return path;
    }
}
