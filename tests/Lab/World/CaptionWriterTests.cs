using Diptych.Common.Runtime;
using Diptych.Lab.World;

namespace Diptych.Tests.Lab.World;

public sealed class CaptionWriterTests
{
    private static IReadOnlyList<PictureAttributes> Pictures { get; } =
        [.. Enumerable.Range(0, 400).Select(i => WorldSampler.Training(new RandomStream(5, RandomPurpose.World, 1, i)))];

    [Fact]
    public void A_coined_word_stands_for_everything_that_could_be_said_of_the_subject()
    {
        string[] unsaid = [.. Palette.Names, .. LabWords.Patterns, .. LabWords.Accessories, .. Individuals.All.Select(individual => individual.Name), Individuals.Loaded.Name];
        Assert.All(Pictures, (picture, i) =>
        {
            var (caption, word) = CaptionWriter.Coined(picture, new RandomStream(5, RandomPurpose.Captions, i));
            var words = caption.Split(' ');
            Assert.DoesNotContain(words, unsaid.Contains);
            Assert.Single(words, LabWords.Classes.Contains);
            Assert.Single(words, other => other == word);
            if (word != picture.Class)
            {
                Assert.Equal(Array.IndexOf(words, picture.Class) - 1, Array.IndexOf(words, word));
                Assert.Contains(word, WorldVocabulary.Reserved);
            }
        });
    }

    [Fact]
    public void It_takes_the_nouns_place_more_often_than_the_one_before_it()
    {
        var before = Pictures.Index().Count(p => WorldVocabulary.Reserved.Contains(Coined(p.Index, p.Item)));
        Assert.InRange(before, .28 * Pictures.Count, .42 * Pictures.Count);
    }

    private static string Coined(int index, PictureAttributes picture) => CaptionWriter.Coined(picture, new RandomStream(5, RandomPurpose.Captions, index)).Word;
}
