using Diptych.Common.Cuda;
using Diptych.Common.Runtime;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Diptych.Common.Training;

/// <summary>Chooses among the ways to take AdamW's step.</summary>
public static class Optimizers
{
    /// <summary>The one for what learns and how: moments as bytes where asked for, bf16 copies with fp32 masters where products run in bf16, else one kernel in fp32.</summary>
    /// <param name="trainable">What learns, fp32, in its final place.</param>
    /// <param name="options">The training's options.</param>
    public static IOptimizer For(IReadOnlyList<NamedParameter> trainable, TrainingOptions options)
    {
        ArgumentNullException.ThrowIfNull(trainable);
        ArgumentNullException.ThrowIfNull(options);
        Parameter[] parameters = [.. trainable.Select(p => p.Value)];
        Array.ForEach(parameters, LeaveFile);

        // Passes that share a step add up their gradients, for which bf16 is too coarse.
        var half = options.GradientAccumulationSteps == 1 && trainable.Any(p => p.IsFactor) && options.MixedPrecision.On(parameters[0].device) == MixedPrecision.Bf16;
        return (options.Use8BitAdam, half) switch
        {
            // Where no kernel of ours reads them, bytes have a step of their own.
            (true, true) when CudaKernels.For(parameters[0]) is not null => new HalfWeightAdamW(trainable, options.Adam, momentsAsBytes: true),
            (true, _) => new EightBitAdamW(parameters, options.Adam),
            (false, true) => new HalfWeightAdamW(trainable, options.Adam),
            _ => new FusedAdamW(parameters, options.Adam),
        };
    }

    // A model on the CPU may lie in its file's pages of 4 KB. Written there each would be copied when it is first met, a million of them one by one: the first step took half a minute.
    // With the last of its weights the file is let go.
    private static void LeaveFile(Parameter parameter)
    {
        if (parameter.device_type == TorchSharp.DeviceType.CPU)
        {
            using var noGradient = no_grad();
            using var inFile = parameter.detach();
            using var own = inFile.clone();
            TensorData.Set(parameter, own);
        }
    }

    /// <summary>The state of all parameters, in their order, under the names checkpoints give it.</summary>
    /// <param name="optimizer">Their optimizer.</param>
    /// <param name="trainable">The parameters it was made for.</param>
    public static IEnumerable<KeyValuePair<string, Tensor>> StateOf(this IOptimizer optimizer, IReadOnlyList<NamedParameter> trainable)
    {
        ArgumentNullException.ThrowIfNull(optimizer);
        ArgumentNullException.ThrowIfNull(trainable);
        return trainable.SelectMany((parameter, i) => optimizer.StateOf(i).Select(state => KeyValuePair.Create($"{state.Key}.{parameter.Name}", state.Value)));
    }
}
