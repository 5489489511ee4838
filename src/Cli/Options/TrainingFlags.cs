using System.CommandLine;
using Diptych.Common.Runtime;
using Diptych.Common.Training;
using static TorchSharp.torch;

namespace Diptych.Cli.Options;

/// <summary>The options both methods' training has in common, by the reference scripts' names.</summary>
internal sealed class TrainingFlags
{
    /// <summary>Shapes of the learning rate that can be asked for; a piecewise one needs factors and steps, which are no options of the reference's two scripts either.</summary>
    public static IReadOnlyList<string> Schedules { get; } = [.. LearningRateSchedule.Known.Where(name => name != "piecewise_constant")];

    private readonly TrainingDefaults _defaults;
    private readonly Option<int?> _steps;
    private readonly Option<int?> _batch;
    private readonly Option<int?> _accumulation;
    private readonly Option<double?> _rate;
    private readonly Option<bool> _scale = OptionKinds.Flag("--scale-lr", "Multiply the learning rate by batch size and accumulation steps. Default no.");
    private readonly Option<string?> _scheduler;
    private readonly Option<int?> _warmup;
    private readonly Option<int?> _cycles;
    private readonly Option<double?> _power;
    private readonly Option<double?> _beta1;
    private readonly Option<double?> _beta2;
    private readonly Option<double?> _decay;
    private readonly Option<double?> _epsilon;
    private readonly Option<bool> _eightBit = OptionKinds.Flag("--use-8bit-adam", "Keep AdamW's moments as bytes: a quarter of their memory (DreamBooth of SD 1.5: 1.7 GB instead of 6.9). Default no.");
    private readonly Option<double?> _norm;
    private readonly Option<long?> _seed = OptionKinds.Seed("--seed", "Names every random draw of the run. Default 0 (the reference's is a new one each time).");
    private readonly Option<int?> _every;
    private readonly Option<int?> _keep;
    private readonly PrecisionFlag _precision = new("Precision of matrix products; weights and losses stay fp32. With --parity the default is no.");
    private readonly Option<bool> _parity = OptionKinds.Flag("--parity", "Do what the reference script does: its defaults, its way of preparing photos, its epochs; but an XL prompt is summarised at its end, not at its learned word. Default no.");

    public TrainingFlags(TrainingDefaults defaults)
    {
        _defaults = defaults;
        _steps = OptionKinds.Whole("--max-train-steps", $"Optimizer steps. Default {defaults.Ours.MaxTrainSteps} (the reference's, in effect with --parity: {defaults.ReferenceSteps}).");
        _batch = OptionKinds.Whole("--train-batch-size", $"Photos a pass sees. {defaults.InWords(o => o.TrainBatchSize)}");
        _accumulation = OptionKinds.Whole("--gradient-accumulation-steps", $"Passes that share one optimizer step. {defaults.InWords(o => o.GradientAccumulationSteps)}");
        _rate = OptionKinds.Number("--learning-rate", $"Peak learning rate. {defaults.InWords(o => o.LearningRate)}");
        _scheduler = OptionKinds.Text("--lr-scheduler", "NAME", $"The learning rate over time: {string.Join(", ", Schedules)}. {defaults.InWords(o => o.LrScheduler)}");
        _warmup = OptionKinds.Whole("--lr-warmup-steps", $"Steps over which the learning rate rises from zero; constant ignores them. {defaults.InWords(o => o.LrWarmupSteps)}");
        _cycles = OptionKinds.Whole("--lr-num-cycles", $"Hard restarts of cosine_with_restarts. {defaults.InWords(o => o.LrNumCycles)}");
        _power = OptionKinds.Number("--lr-power", $"Power of polynomial. {defaults.InWords(o => o.LrPower)}");
        _beta1 = OptionKinds.Number("--adam-beta1", $"AdamW: decay of the mean of gradients. {defaults.InWords(o => o.Adam.Beta1)}");
        _beta2 = OptionKinds.Number("--adam-beta2", $"AdamW: decay of the mean of squared gradients. {defaults.InWords(o => o.Adam.Beta2)}");
        _decay = OptionKinds.Number("--adam-weight-decay", $"AdamW: weight decay. {defaults.InWords(o => o.Adam.WeightDecay)}");
        _epsilon = OptionKinds.Number("--adam-epsilon", $"AdamW: added to the root of the second moment. {defaults.InWords(o => o.Adam.Epsilon)}");
        _norm = OptionKinds.Number("--max-grad-norm", $"Largest norm of all gradients together, 0 for no limit. {defaults.InWords(o => o.MaxGradNorm ?? 0)}");
        _every = OptionKinds.Whole("--checkpointing-steps", $"Steps between checkpoints; 0 writes one only when interrupted. {defaults.InWords(o => o.CheckpointingSteps)}");
        _keep = OptionKinds.Whole("--checkpoints-total-limit", $"Checkpoints kept. {defaults.InWords(o => o.CheckpointsTotalLimit, v => v == defaults.Reference.CheckpointsTotalLimit ? "all" : $"{v}")}");
    }

    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[_steps, _batch, _accumulation, _rate, _scale, _scheduler, _warmup, _cycles, _power, _beta1, _beta2, _decay, _epsilon, _eightBit, _norm, _seed, _every, _keep, _precision.Option, _parity])
        {
            command.Add(option);
        }
    }

    /// <summary>The options in effect, every one in its range. Steps are 0 where the reference's "one epoch" is meant.</summary>
    /// <exception cref="UsageException">A value is out of range.</exception>
    public TrainingOptions Read(OptionValues values)
    {
        var parity = values.Of(_parity);
        var otherwise = parity ? _defaults.Reference : _defaults.Ours;
        return Ranges.Check(new TrainingOptions
        {
            MaxTrainSteps = values.Of(_steps, otherwise.MaxTrainSteps),
            TrainBatchSize = values.Of(_batch, otherwise.TrainBatchSize),
            GradientAccumulationSteps = values.Of(_accumulation, otherwise.GradientAccumulationSteps),
            LearningRate = values.Of(_rate, otherwise.LearningRate),
            ScaleLr = values.Of(_scale),
            LrScheduler = values.Of(_scheduler, otherwise.LrScheduler),
            LrWarmupSteps = values.Of(_warmup, otherwise.LrWarmupSteps),
            LrNumCycles = values.Of(_cycles, otherwise.LrNumCycles),
            LrPower = values.Of(_power, otherwise.LrPower),
            Adam = new AdamWOptions
            {
                Beta1 = values.Of(_beta1, otherwise.Adam.Beta1),
                Beta2 = values.Of(_beta2, otherwise.Adam.Beta2),
                WeightDecay = values.Of(_decay, otherwise.Adam.WeightDecay),
                Epsilon = values.Of(_epsilon, otherwise.Adam.Epsilon),
            },
            Use8BitAdam = values.Of(_eightBit),
            MaxGradNorm = values.Of(_norm, otherwise.MaxGradNorm ?? 0) is var norm && norm == 0 ? null : norm,
            Seed = values.Of(_seed, otherwise.Seed),
            CheckpointingSteps = values.Of(_every, otherwise.CheckpointingSteps),
            CheckpointsTotalLimit = values.Of(_keep, otherwise.CheckpointsTotalLimit),
            Parity = parity,
        });
    }

    /// <summary>Puts the precision in once device and model are known.</summary>
    public TrainingOptions On(Device device, string model, TrainingOptions options, OptionValues values) =>
        options with { MixedPrecision = _precision.Read(values, device, model, options.Parity ? MixedPrecision.No : MixedPrecision.Auto) };

    /// <summary>Puts the number of steps in where the reference's "one epoch" is meant.</summary>
    public TrainingOptions WithSteps(TrainingOptions options, OptionValues values, int photos)
    {
        if (options is not { Parity: true, MaxTrainSteps: 0 } || values.OrNone(_steps) is not null)
        {
            return options;
        }

        var batches = (photos + options.TrainBatchSize - 1) / options.TrainBatchSize;
        return options with { MaxTrainSteps = values.Keep(_steps, (batches + options.GradientAccumulationSteps - 1) / options.GradientAccumulationSteps) };
    }
}
