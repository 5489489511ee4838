namespace Diptych.Reports.Data;

/// <summary>The arms of a comparison as they are written in files, in the order in which a report shows them.</summary>
public static class ArmIds
{
    /// <summary>The model as it came, asked with DreamBooth's prompts: what the identifier draws before anything is learned.</summary>
    public const string Base = "base";

    /// <summary>The model as it came, asked for the class noun: where Textual Inversion's word starts.</summary>
    public const string Class = "class";

    /// <summary>The model as it came, asked with a description of the subject: what words alone can do.</summary>
    public const string Words = "words";

    /// <summary>Textual Inversion.</summary>
    public const string TextualInversion = "ti";

    /// <summary>DreamBooth without prior preservation.</summary>
    public const string DreamBooth = "db";

    /// <summary>DreamBooth with prior preservation.</summary>
    public const string DreamBoothPrior = "db-prior";

    /// <summary>All of them, in the report's order.</summary>
    public static IReadOnlyList<string> All { get; } = [Base, Class, Words, TextualInversion, DreamBooth, DreamBoothPrior];

    /// <summary>Whether an arm has learned the subject; the others are the model as it came.</summary>
    public static bool IsTrained(string arm) => arm is not (Base or Class or Words);

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
