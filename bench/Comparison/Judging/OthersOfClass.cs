using Diptych.Common.Data;
using Diptych.Common.Runtime;
using Diptych.Lab.Subjects;
using Diptych.Lab.World;

namespace Diptych.Comparison.Judging;

/// <summary>Others of a subject's class, as the world draws them: what a score is worth that any of them would get.</summary>
internal static class OthersOfClass
{
    private const int Count = 32;

    /// <summary>Thirty-two pictures of as many plain members of the class: paints of their own that no word names, no pattern, no patch, nothing worn. The same for every run.</summary>
    public static IReadOnlyList<RgbImage> Render(string noun) => [.. Enumerable.Range(0, Count).Select(i => WorldRenderer.Render(Draw(noun, i)))];

    private static PictureAttributes Draw(string noun, int index)
    {
        var random = new RandomStream(0, RandomPurpose.World, -5, index);
        var scenes = LabWords.ScenePhrases.Keys.ToList();
        return SubjectFactory.In(SubjectFactory.PlainMember(noun, random), random, scenes[random.Next(scenes.Count)]);
    }
}
