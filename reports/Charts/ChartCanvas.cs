using System.Globalization;
using System.Net;
using System.Text;
using ScottPlot;

namespace Diptych.Reports.Charts;

/// <summary>
/// A ScottPlot figure whose marks the library draws and whose words this class sets as SVG text:
/// the library's text needs fonts on the machine that draws, ours only on the one that reads.
/// </summary>
internal sealed class ChartCanvas : IDisposable
{
    private readonly Plot _plot = new();
    private readonly StringBuilder _words = new();
    private readonly ChartFrame _frame;

    public ChartCanvas(ChartFrame frame)
    {
        _frame = frame;
        _plot.HideGrid();
        _plot.Axes.Frameless();
        _plot.FigureBackground.Color = Colors.Transparent;
        _plot.DataBackground.Color = Colors.Transparent;
        _plot.Layout.Fixed(new PixelPadding(frame.Left, frame.Right, frame.Bottom, frame.Top));
        _plot.Axes.SetLimits(frame.X0, frame.X1, frame.Y0, frame.Y1);
    }

    public void Line(Ink ink, double x0, double y0, double x1, double y1, float width, LinePattern? pattern = null)
    {
        var line = _plot.Add.Line(x0, y0, x1, y1);
        line.LineColor = Colour(ink);
        line.LineWidth = width;
        line.LinePattern = pattern ?? LinePattern.Solid;
        line.MarkerSize = 0;
    }

    public void Curve(Ink ink, IReadOnlyList<double> xs, IReadOnlyList<double> ys, float width, double opacity)
    {
        var curve = _plot.Add.ScatterLine(xs.ToArray(), ys.ToArray());
        curve.LineColor = Colour(ink).WithOpacity(opacity);
        curve.LineWidth = width;
    }

    public void Mark(Ink ink, double x, double y, MarkerShape shape, float size, double opacity = 1)
    {
        var marker = _plot.Add.Marker(x, y, shape, size, Colour(ink).WithOpacity(opacity));
        marker.MarkerLineWidth = 2;
    }

    /// <summary>Sets words at a place in data coordinates, moved by pixels.</summary>
    public void Text(double x, double y, string text, string style, float right = 0, float down = 0) =>
        TextAt(_frame.PixelX(x) + right, _frame.PixelY(y) + down, text, style);

    /// <summary>Sets words at a place in pixels from the upper left corner.</summary>
    public void TextAt(double x, double y, string text, string style) =>
        _words.Append(CultureInfo.InvariantCulture, $"<text x=\"{x:0.#}\" y=\"{y:0.#}\" class=\"{style}\">{WebUtility.HtmlEncode(text)}</text>");

    /// <summary>The figure as inline SVG.</summary>
    /// <param name="id">Unique on the page.</param>
    /// <param name="label">What the figure shows, for readers who cannot see it.</param>
    public string ToSvg(string id, string label)
    {
        var marks = SvgMarks.Restyle(_plot.GetSvgXml(_frame.Width, _frame.Height), id);
        return $"<svg class=\"chart\" role=\"img\" aria-label=\"{WebUtility.HtmlEncode(label)}\" viewBox=\"0 0 {_frame.Width} {_frame.Height}\">{marks}{_words}</svg>";
    }

    public void Dispose() => _plot.Dispose();

    private static Color Colour(Ink ink) => Color.FromHex(ink.StandIn);
}
