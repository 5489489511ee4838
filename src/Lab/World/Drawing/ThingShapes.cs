using static Diptych.Lab.World.Drawing.PartRole;
using static Diptych.Lab.World.Drawing.Shape;

namespace Diptych.Lab.World.Drawing;

/// <summary>Robot, teapot, car, house and backpack. The three proportions change lengths by up to a fifth.</summary>
internal static class ThingShapes
{
    public static void Robot(SubjectShape s, double a, double b, double c)
    {
        double width = .25 + (.03 * a), height = .42 + (.04 * b);
        foreach (var side in (ReadOnlySpan<int>)[-1, 1])
        {
            s.Fill(Metal, Box((side * .13) - .065, -.24, .13, .24, .03));
            s.Fill(Metal, Box((side * (width + .085)) - .05, -.6, .1, .32 + (.04 * c), .05));
        }

        s.Line(Metal, .035, Curve((0, -.9), (0, -.97), (0, -1.02)));
        s.Fill(Part, Ellipse(0, -1.03, .05, .05));
        s.Fill(Body, Box(-width, -.22 - height, 2 * width, height, .06));
        s.Fill(Patch, Box(-width, -.34, 2 * width, .1));
        s.Fill(Body, Box(-.2, -.93, .4, .28, .07));
        s.Fill(Part, Box(-.15, -.56, .3, .17, .03));
        foreach (var side in (ReadOnlySpan<int>)[-1, 1])
        {
            s.Fill(Glow, Ellipse(side * .085, -.81, .05, .05));
            s.Fill(Ink, Ellipse(side * .085, -.81, .022, .022));
        }

        s.Fill(Ink, Box(-.09, -.72, .18, .035, .01));
        s.Wear((0, -.91, .22), (0, -.645, .21));
    }

    public static void Teapot(SubjectShape s, double a, double b, double c)
    {
        var width = .36 + (.03 * a);
        s.Line(Body, .085, Ellipse(-width - .02, -.36, .16, .19 + (.02 * b)));
        s.Fill(Body, Polygon((width - .12, -.44), (width + .2, -.74), (width + .3, -.68), (width - .04, -.16)));
        s.Fill(Dim, Box(-.2, -.06, .4, .06, .02));
        s.Fill(Body, Ellipse(0, -.34, width, .31));
        s.Fill(Patch, Box(-width, -.42, 2 * width, .13));
        s.Fill(Part, Ellipse(0, -.635, .22, .06));
        s.Fill(Part, Ellipse(0, -.725, .06, .06 + (.01 * c)));
        s.Wear((0, -.67, .22), (0, -.52, .31));
    }

    public static void Car(SubjectShape s, double a, double b, double c)
    {
        double half = .58 + (.05 * a), lean = .03 * b;
        s.Fill(Body, Polygon((-.36, -.36), (-.24 + lean, -.68), (.2 + lean, -.68), (.4, -.36)));
        s.Fill(Body, Box(-half, -.43, 2 * half, .3, .11));
        s.Fill(Patch, Box(-half, -.27, 2 * half, .09));
        s.Fill(Glass, Polygon((-.28, -.42), (-.2 + lean, -.62), (-.03, -.62), (-.03, -.42)));
        s.Fill(Glass, Polygon((.03, -.42), (.03, -.62), (.17 + lean, -.62), (.31, -.42)));
        s.Fill(Part, Box(-half - .02, -.2, .16, .07, .03));
        s.Fill(Part, Box(half - .14, -.2, .16, .07, .03));
        s.Fill(Glow, Ellipse(half - .06, -.33, .045, .045));
        foreach (var side in (ReadOnlySpan<int>)[-1, 1])
        {
            s.Fill(Ink, Ellipse(side * half * .58, -.13, .145 + (.01 * c), .145));
            s.Fill(Metal, Ellipse(side * half * .58, -.13, .065, .065));
        }

        s.Wear((0, -.66, .26), (0, -.42, .5));
    }

    public static void House(SubjectShape s, double a, double b, double c)
    {
        double half = .37 + (.03 * a), wall = .5 + (.04 * b);
        s.Fill(Dim, Box(.17, -wall - .42, .12, .3));
        s.Fill(Body, Box(-half, -wall, 2 * half, wall));
        s.Fill(Patch, Box(-half, -.13, 2 * half, .13));
        s.Fill(Part, Polygon((-half - .12, -wall), (0, -wall - .44 - (.04 * c)), (half + .12, -wall)));
        s.Fill(Ink, Box(-.085, -.29, .17, .29, .01));
        s.Fill(Glow, Box(-.31, -.42, .16, .17));
        s.Fill(Glow, Box(.15, -.42, .16, .17));
        s.Wear((0, -wall - .38, .2), (0, -wall + .03, half));
    }

    public static void Backpack(SubjectShape s, double a, double b, double c)
    {
        double half = .3 + (.03 * a), height = .82 + (.04 * b);
        s.Line(Part, .085, Curve((-half + .02, -.62), (-half - .2, -.4), (-half + .02, -.1)));
        s.Line(Part, .085, Curve((half - .02, -.62), (half + .2, -.4), (half - .02, -.1)));
        s.Line(Part, .055, Ellipse(0, -height - .02, .1, .09));
        s.Fill(Body, Box(-half, -height, 2 * half, height, .2));
        s.Fill(Patch, Box(-half, -.54, 2 * half, .1));
        s.Fill(Ink, Box(-half + .03, -height + .26, (2 * half) - .06, .035, .01));
        s.Fill(Part, Box(-half * .7, -.38, half * 1.4, .3 + (.02 * c), .08));
        s.Fill(Glow, Box(-.05, -.33, .1, .05, .01));
        s.Wear((0, -height + .02, .2), (0, -height + .2, half));
    }
}
