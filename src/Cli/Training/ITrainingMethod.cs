using System.CommandLine;
using Diptych.Cli.Options;
using Diptych.Cli.Terminals;
using Diptych.Common.Training;

namespace Diptych.Cli.Training;

/// <summary>A method as the command line sees it.</summary>
internal interface ITrainingMethod
{
    /// <summary>The verb below <c>train</c>.</summary>
    string Name { get; }

    /// <summary>What the method does, in one sentence.</summary>
    string Description { get; }

    /// <summary>The file, relative to the run folder, whose presence says that the run is complete.</summary>
    string Artefact { get; }

    /// <summary>Whether the UNet does not learn: it may then be kept in the type its products are computed in.</summary>
    bool FreezesUNet { get; }

    /// <summary>Defaults of the options both methods share.</summary>
    TrainingDefaults Defaults { get; }

    /// <summary>Options of the photos.</summary>
    PhotoFlags Photos { get; }

    /// <summary>Adds the method's own options.</summary>
    void AddTo(Command command);

    /// <summary>Reads and checks the method's own options.</summary>
    /// <exception cref="UsageException">A value does not fit.</exception>
    void Read(OptionValues values, TrainingOptions training);

    /// <summary>Images in an epoch, given the number of photos.</summary>
    int EpochLength(int photos);

    /// <summary>Trains and writes the artefact.</summary>
    TrainingOutcome Train(TrainingWork work, IProgressDisplay display, Action<TrainingProgress> progress);
}
