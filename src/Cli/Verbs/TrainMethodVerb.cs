using System.CommandLine;
using Diptych.Cli.Options;
using Diptych.Cli.Runs;
using Diptych.Cli.Terminals;
using Diptych.Cli.Training;
using Diptych.Common;
using Diptych.Common.Data;
using Diptych.Common.Pipelines;
using Diptych.Common.Runtime;
using Diptych.Common.Training;

namespace Diptych.Cli.Verbs;

/// <summary><c>diptych train ti</c> and <c>diptych train db</c>: what both do around their trainer.</summary>
internal sealed class TrainMethodVerb
{
    private readonly Session _session;
    private readonly ITrainingMethod _method;
    private readonly TrainingFlags _training;
    private readonly DeviceFlag _device = new();
    private readonly ModelFlags _modelFlags = new();
    private readonly Option<string?> _model = OptionKinds.Required("--pretrained-model-name-or-path", "DIR", "Model folder in diffusers' layout, or a single-file checkpoint (Stable Diffusion 1.x, 2.x or XL).");
    private readonly Option<string?> _output = OptionKinds.Required("--output-dir", "RUN", "Folder of the run: its record, losses, checkpoints and result.");
    private readonly Option<bool> _resume = OptionKinds.Flag("--resume", "Go on with an interrupted run in --output-dir. Default no.");

    private TrainMethodVerb(Session session, ITrainingMethod method) => (_session, _method, _training) = (session, method, new TrainingFlags(method.Defaults));

    public static Command Create(Session session, ITrainingMethod method)
    {
        var verb = new TrainMethodVerb(session, method);
        var command = new Command(method.Name, method.Description) { verb._model };
        method.Photos.AddTo(command);
        method.AddTo(command);
        verb._training.AddTo(command);
        verb._device.AddTo(command);
        verb._modelFlags.AddTo(command);
        command.Add(verb._output);
        command.Add(verb._resume);
        command.SetAction(verb.Run);
        return command;
    }

    private int Run(ParseResult parsed)
    {
        // The cheap checks come first: the command line, the run folder, the photos; only then the model.
        var values = new OptionValues(parsed);
        var modelFolder = values.Required(_model);
        var training = _training.Read(values);
        _method.Read(values, training);
        var (output, resume) = (values.Required(_output), values.Of(_resume));
        var folder = TrainingFolder.Open(output, _method.Name, resume);
        var photos = _method.Photos.Load(values, training.Parity);
        training = _training.WithSteps(training, values, _method.EpochLength(photos.Photos.Count));
        var device = _device.Read(values);
        training = _training.On(device, modelFolder, training, values);
        var options = _modelFlags.Read(values);
        using var model = StableDiffusion.Load(modelFolder, device, options: _method.FreezesUNet ? options.WithFrozenUNet(training.MixedPrecision, device) : options);
        var transform = _method.Photos.Transform(values, training.Parity, model);
        folder.RequireSameOptions(values);
        if (folder.IsComplete(_method.Artefact, training.MaxTrainSteps))
        {
            _session.Terminal.Error.WriteLine($"{output} is complete already: nothing to do");
            return ExitCodes.Done;
        }

        return Train(new TrainingWork(model, photos, transform, training, output, resume, _session.Cancellation), folder, values);
    }

    private int Train(TrainingWork work, TrainingFolder folder, OptionValues values)
    {
        TrainingRecord Record() => new()
        {
            Method = _method.Name, Created = DateTimeOffset.UtcNow, CommandLine = _session.CommandLine, Options = values.Effective,
            Software = TrainingRecord.Versions(), Machine = MachineDescription.Current(), Hashes = work.Hashes,
        };

        var step = 0;
        try
        {
            work.Hashes["model"] = work.Model.Source.Hash();
            TrainingOutcome outcome;
            using (var display = new AnnouncingDisplay(_session.ShowProgress(), [Describe(work.Photos), $"options: {values}"]))
            {
                outcome = _method.Train(work, display, progress =>
                {
                    if (step == 0)
                    {
                        WritePhotoSheet(work);
                    }

                    step = progress.Step;
                    folder.Begin(Record);
                    display.Report($"training {_method.Name}", progress.Step, progress.Steps, Loss(progress));
                });
            }

            folder.Finish(Record, outcome.Result);
            foreach (var line in outcome.Lines)
            {
                _session.Terminal.Out.WriteLine(line);
            }

            return ExitCodes.Done;
        }
        catch (OperationCanceledException e)
        {
            throw TrainingFolder.Interrupted(_session, step, work.Training.MaxTrainSteps, e);
        }
        catch (DiptychException)
        {
            folder.RemoveIfEmpty();
            throw;
        }
    }

    // What the model is shown: a subject cut off or lying on its side is seen here at once.
    private static void WritePhotoSheet(TrainingWork work)
    {
        var shown = work.Photos.Photos.Select(p => work.Transform.Apply(p.Image, TransformChoice.Centred)).ToList();
        PictureFile.WritePng(Path.Combine(work.Folder, "photos.png"), ContactSheet.Draw(shown, Math.Min(shown.Count, 6)));
    }

    private static string Describe(PhotoSet photos) => photos.Skipped.Count == 0
        ? $"{photos.Photos.Count} photos"
        : $"{photos.Photos.Count} photos; skipped {string.Join(", ", photos.Skipped.Select(s => $"{Path.GetFileName(s.Path)} ({s.Reason})"))}";

    private static string Loss(TrainingProgress progress) => double.IsNaN(progress.Loss) ? "" : FormattableString.Invariant($"loss {progress.Loss:0.0000}");
}
