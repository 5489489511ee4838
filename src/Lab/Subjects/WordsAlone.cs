using Diptych.Lab.World;

namespace Diptych.Lab.Subjects;

/// <summary>What can be had without learning anything: the subject in the words of the laboratory's captions.</summary>
public static class WordsAlone
{
    /// <summary>
    /// The noun phrase that comes nearest to a subject, in the captions' own order: "purple striped cat with a yellow hat". Colours are the
    /// nearest of the palette. An accessory whose nearest colour is the body's goes without a colour word, because captions never repeat one;
    /// a patch and the part's colour have no words at all.
    /// </summary>
    public static string Describe(SubjectTruth truth)
    {
        ArgumentNullException.ThrowIfNull(truth);
        var colour = Palette.Nearest(truth.Body);
        var words = new List<string> { colour };
        if (truth.Pattern != LabWords.None)
        {
            words.Add(truth.Pattern);
        }

        words.Add(truth.Class);
        if (truth.Accessory != LabWords.None)
        {
            words.AddRange(["with", "a"]);
            if (truth.AccessoryColour is { } paint && Palette.Nearest(paint) is var named && named != colour)
            {
                words.Add(named);
            }

            words.Add(truth.Accessory);
        }

        return string.Join(' ', words);
    }
}
