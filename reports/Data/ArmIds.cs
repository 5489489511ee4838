namespace Diptych.Reports.Data;

/// <summary>The arms of a comparison as they are written in files, in the order in which a report shows them.</summary>
public static class ArmIds
{
    /// <summary>The model as it came, asked for the class noun.</summary>
    public const string Base = "base";

    /// <summary>The model as it came, asked with a description of the subject: what words alone can do.</summary>
    public const string Words = "words";

    /// <summary>Textual Inversion.</summary>
    public const string TextualInversion = "ti";

    /// <summary>DreamBooth without prior preservation.</summary>
    public const string DreamBooth = "db";

    /// <summary>DreamBooth with prior preservation.</summary>
    public const string DreamBoothPrior = "db-prior";

    /// <summary>All of them, in the report's order.</summary>
    public static IReadOnlyList<string> All { get; } = [Base, Words, TextualInversion, DreamBooth, DreamBoothPrior];

    /// <summary>Place of an arm in the report; arms this version does not know come last.</summary>
    public static int Order(string id)
    {
        for (var i = 0; i < All.Count; i++)
        {
            if (All[i] == id)
            {
                return i;
            }
        }

        return All.Count;
    }
}
