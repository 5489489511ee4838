using System.CommandLine;
using Diptych.Cli.Options;
using Diptych.Cli.Runs;
using Diptych.Common.Pipelines;
using Diptych.Common.Runtime;
using Diptych.Common.SingleFile;
using Diptych.Common.Weights;

namespace Diptych.Cli.Verbs;

/// <summary><c>diptych model random</c>: a model of full size whose weights mean nothing.</summary>
internal sealed class ModelVerb
{
    private readonly Session _session;
    private readonly Option<ModelShape?> _family = OptionKinds.Choice<ModelShape>("--family", "Whose shape. Default sd15.");
    private readonly Option<string?> _output = OptionKinds.Required("--output-dir", "DIR", "The folder; sd15 and sd21 take 4 to 5 GB in fp32, sdxl 14.");
    private readonly Option<WeightPrecision?> _precision = OptionKinds.Choice<WeightPrecision>("--precision", "Type of the weights. Default fp32.");
    private readonly Option<long?> _seed = OptionKinds.Seed("--seed", "Names the numbers. Default 0.");

    private ModelVerb(Session session) => _session = session;

    public static Command Create(Session session)
    {
        var verb = new ModelVerb(session);
        var random = new Command("random", "Write a model folder of full size with random weights, for tests and benchmarks; it draws noise.") { verb._family, verb._output, verb._precision, verb._seed };
        random.SetAction(verb.Random);
        return new Command("model", "Make models.") { random };
    }

    private int Random(ParseResult parsed)
    {
        var values = new OptionValues(parsed);
        var folder = OutputFolder.At(values.Required(_output));
        TorchRuntime.Load();
        var family = values.Of(_family, ModelShape.Sd15) switch
        {
            ModelShape.Sd15 => CheckpointFamily.StableDiffusion1,
            ModelShape.Sd21 => CheckpointFamily.StableDiffusion2,
            _ => CheckpointFamily.StableDiffusionXL,
        };
        using (var display = _session.ShowProgress())
        {
            RandomModel.Write(
                folder.Root, family, values.Of(_precision, WeightPrecision.Fp32).Type(), values.Of(_seed, 0), (done, total) => display.Report("writing MB", done >> 20, total >> 20), _session.Cancellation);
        }

        _session.Terminal.Out.WriteLine(folder.Root);
        return ExitCodes.Done;
    }
}
