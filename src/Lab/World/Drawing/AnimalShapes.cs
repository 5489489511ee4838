using static Diptych.Lab.World.Drawing.PartRole;
using static Diptych.Lab.World.Drawing.Shape;

namespace Diptych.Lab.World.Drawing;

/// <summary>Dog, cat and bird, seen from the side or the front. The three proportions change lengths by up to a fifth.</summary>
internal static class AnimalShapes
{
    public static void Dog(SubjectShape s, double a, double b, double c)
    {
        double length = .66 + (.10 * a), leg = .27 + (.05 * b), head = .19 + (.02 * c);
        double x = (length / 2) + .06, y = -leg - .44;
        s.Line(Body, .09, Curve((-length / 2, -leg - .2), ((-length / 2) - .17, -leg - .22), ((-length / 2) - .2, -leg - .46)));
        Legs(s, Dim, leg, (-length / 2) + .13, (length / 2) - .13);
        s.Fill(Body, Box((-length / 2) - .05, -leg - .31, length + .02, .34, .16));
        s.Fill(Body, Polygon(((length / 2) - .16, -leg - .2), (x - .13, y), (x + .1, y + .08), (length / 2, -leg - .1)));
        Legs(s, Body, leg, (-length / 2) + .02, (length / 2) - .08);
        s.Fill(Patch, Box(-.17, -leg - .31, .28, .19, .06));
        s.Fill(Body, Ellipse(x, y, head, head * .95));
        s.Fill(Body, Box(x + .05, y - .03, .24, .15, .07));
        s.Fill(Part, Ellipse(x - .1, y + .04, .075, .17, 12));
        s.Fill(Ink, Ellipse(x + .27, y, .04, .035));
        s.Fill(Ink, Ellipse(x + .07, y - .06, .03, .03));
        s.Wear((x - .01, y - (head * .8), .21), (x - .07, -leg - .26, .19));
    }

    public static void Cat(SubjectShape s, double a, double b, double c)
    {
        double belly = .25 + (.03 * a), head = .24 + (.02 * b);
        s.Line(Body, .1, Curve((.14, -.08), (.56 + (.05 * c), -.02), (.42, -.46)));
        s.Fill(Body, Ellipse(0, -.29, belly, .31));
        s.Fill(Patch, Ellipse(0, -.22, belly * .56, .18));
        s.Fill(Body, Polygon((-head + .01, -.68), (-head * .86, -1.02), (-.03, -.86)));
        s.Fill(Body, Polygon((head - .01, -.68), (head * .86, -1.02), (.03, -.86)));
        s.Fill(Part, Polygon((-head * .78, -.78), (-head * .76, -.94), (-.1, -.85)));
        s.Fill(Part, Polygon((head * .78, -.78), (head * .76, -.94), (.1, -.85)));
        s.Fill(Body, Ellipse(0, -.67, head, .215));
        s.Fill(Part, Ellipse(-.13, -.04, .1, .06));
        s.Fill(Part, Ellipse(.13, -.04, .1, .06));
        foreach (var side in (ReadOnlySpan<int>)[-1, 1])
        {
            s.Fill(Glow, Ellipse(side * .095, -.7, .05, .055));
            s.Fill(Ink, Ellipse(side * .095, -.7, .022, .045));
        }

        s.Fill(Ink, Polygon((-.035, -.61), (.035, -.61), (0, -.565)));
        s.Wear((0, -.86, .2), (0, -.47, .21));
    }

    public static void Bird(SubjectShape s, double a, double b, double c)
    {
        double body = .35 + (.03 * a), head = .16 + (.015 * b);
        s.Fill(Part, Polygon((-.2, -.5), (-.62 - (.05 * c), -.3), (-.56, -.2), (-.15, -.28)));
        s.Line(Beak, .045, Curve((0, -.2), (0, -.1), (.02, 0)));
        s.Line(Beak, .045, Curve((.12, -.2), (.12, -.1), (.14, 0)));
        s.Fill(Body, Ellipse(0, -.41, body, .24, -18));
        s.Fill(Patch, Ellipse(.14, -.34, .15, .11, -18));
        s.Fill(Beak, Polygon((.42, -.76), (.62, -.68), (.42, -.62)));
        s.Fill(Body, Ellipse(.29, -.69, head, head));
        s.Fill(Part, Ellipse(-.08, -.44, .23, .13, -10));
        s.Fill(Ink, Ellipse(.34, -.73, .03, .03));
        s.Wear((.27, -.69 - (head * .8), .17), (.22, -.56, .16));
    }

    private static void Legs(SubjectShape s, PartRole role, double length, double left, double right)
    {
        s.Fill(role, Box(left - .05, -length - .1, .1, length + .1, .04));
        s.Fill(role, Box(right - .05, -length - .1, .1, length + .1, .04));
    }
}
