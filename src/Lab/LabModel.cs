using System.Globalization;
using Diptych.Common;

namespace Diptych.Lab;

/// <summary>Where the embedded laboratory lies: the model, its judges, its subjects and its captions.</summary>
/// <param name="Root">The folder that holds all of it, usually <c>models/lab</c> of the checkout.</param>
public sealed record LabModel(string Root)
{
    /// <summary>Environment variable that names the folder and outranks the search.</summary>
    public const string Variable = "DIPTYCH_LAB";

    /// <summary>The text-to-image model, a folder in diffusers' layout.</summary>
    public string Model => Path.Combine(Root, "model");

    /// <summary>The model's tokenizer, which mini-CLIP shares.</summary>
    public string Tokenizer => Path.Combine(Model, "tokenizer");

    /// <summary>The judge that reads attributes.</summary>
    public string Oracle => Path.Combine(Root, "judges", "oracle");

    /// <summary>The judge that compares pictures with pictures and with words.</summary>
    public string MiniClip => Path.Combine(Root, "judges", "mini-clip");

    /// <summary>The judge that recognises individuals.</summary>
    public string MiniDino => Path.Combine(Root, "judges", "mini-dino");

    /// <summary>The folder of subjects.</summary>
    public string Subjects => Path.Combine(Root, "subjects");

    /// <summary>The folder of sixteen pictures as the world renders them; the truth stands in <see cref="RenderAttributes"/>.</summary>
    public string Renders => Path.Combine(Root, "renders");

    /// <summary>Attributes and captions of <see cref="Renders"/>.</summary>
    public string RenderAttributes => Path.Combine(Renders, "attributes.json");

    /// <summary>One of the <see cref="Renders"/>.</summary>
    public string Render(int index) => Path.Combine(Renders, string.Create(CultureInfo.InvariantCulture, $"{index:00}.png"));

    /// <summary>A set of captions with their truth: "unseen" or "seen".</summary>
    public string Captions(string set) => Path.Combine(Root, $"captions-{set}.json");

    /// <summary>One subject's folder.</summary>
    public string Subject(string name) => Path.Combine(Subjects, name);

    /// <summary>
    /// Finds the laboratory: the folder named by DIPTYCH_LAB, else <c>models/lab</c> beside or above the current directory, else beside
    /// or above the program.
    /// </summary>
    /// <exception cref="DiptychException">It is nowhere; the message names the remedy.</exception>
    public static LabModel Find() =>
        Find(Environment.GetEnvironmentVariable(Variable), [Environment.CurrentDirectory, AppContext.BaseDirectory]);

    /// <summary>Finds the laboratory in the folder named, or else in <c>models/lab</c> beside or above each starting folder in turn.</summary>
    /// <param name="named">A folder that must hold it; null or empty to search.</param>
    /// <param name="starts">Folders to search from, upwards.</param>
    /// <exception cref="DiptychException">It is nowhere; the message names the remedy.</exception>
    public static LabModel Find(string? named, IEnumerable<string> starts)
    {
        ArgumentNullException.ThrowIfNull(starts);
        if (!string.IsNullOrEmpty(named))
        {
            return IsLab(named)
                ? new LabModel(Path.GetFullPath(named))
                : throw new DiptychException($"{Variable}={named}: there is no model/model_index.json in it; point it to a copy of the repository's models/lab, or unset it");
        }

        foreach (var start in starts)
        {
            for (var folder = new DirectoryInfo(start); folder is not null; folder = folder.Parent)
            {
                var candidate = Path.Combine(folder.FullName, "models", "lab");
                if (IsLab(candidate))
                {
                    return new LabModel(candidate);
                }
            }
        }

        throw new DiptychException($"The embedded model (models/lab) was not found from here: run inside the Diptych checkout, or set {Variable} to its models/lab folder");
    }

    private static bool IsLab(string folder) => File.Exists(Path.Combine(folder, "model", "model_index.json"));
}
