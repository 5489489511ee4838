using System.CommandLine;
using Diptych.Cli.Training;

namespace Diptych.Cli.Verbs;

/// <summary><c>diptych train</c>: one of the two methods.</summary>
internal static class TrainVerb
{
    public static Command Create(Session session) => new("train", "Teach a model a new subject from a few photos.")
    {
        TrainMethodVerb.Create(session, new TextualInversionMethod()),
        TrainMethodVerb.Create(session, new DreamBoothMethod()),
    };
}
