using System.CommandLine;
using Diptych.Cli.Options;

namespace Diptych.Cli.Verbs;

/// <summary>The program: a list of verbs.</summary>
internal static class RootVerb
{
    public static RootCommand Create(Session session)
    {
        var root = new RootCommand("Diptych teaches a text-to-image model a new subject in two ways, Textual Inversion and DreamBooth, and puts them side by side.")
        {
            CompareVerb.Create(session),
            TrainVerb.Create(session),
            GenerateVerb.Create(session),
            ReportVerb.Create(session),
            DoctorVerb.Create(session),
            LabVerb.Create(session),
            ConvertVerb.Create(session),
            ModelVerb.Create(session),
            BenchVerb.Create(session),
        };
        SectionedHelp.Install(root);
        return root;
    }
}
