using Diptych.Common.Layers;
using static TorchSharp.torch;

namespace Diptych.Common.Runtime;

/// <summary>Whether convolutions come out right here: libtorch's own, and those that Diptych makes of them (<see cref="Convolution2d"/>).</summary>
internal static class DoctorConvolutions
{
    private const string Name = "convolutions";

    // Channels that do not fill a block of sixteen.
    private const long Channels = 24;
    private const long Size = 8;

    // Rounding in bf16 stays far below; what was seen on processors where they go wrong is a third to a half.
    private const double Tolerance = .05;

    public static DoctorFinding Check(string remedy)
    {
        using var scope = NewDisposeScope();
        using var layer = new Convolution2d(Channels, Channels, 3, padding: 1);
        var picture = new RandomStream(0, RandomPurpose.Other).Normal(2, Channels, Size, Size);
        var (weight, bias) = (layer.Weight.detach(), layer.get_parameter("bias")!.detach());
        Tensor Plain(Tensor input) => nn.functional.conv2d(input, weight.to_type(input.dtype), bias.to_type(input.dtype), padding: [1, 1]);
        var truth = OutputAndGradient(picture.to_type(ScalarType.Float64), Plain, MixedPrecision.No);
        bool Right(Func<Tensor, Tensor> convolve) => ((MixedPrecision[])[MixedPrecision.No, MixedPrecision.Bf16]).Where(precision => precision == MixedPrecision.No || Autocast.IsAvailable)
            .All(precision => Distance(truth, OutputAndGradient(picture, convolve, precision)) < Tolerance);

        if (!Right(layer.call))
        {
            return DoctorFinding.Problem(Name, "come out wrong", remedy);
        }

        return Right(Plain)
            ? DoctorFinding.Fine(Name, "come out right")
            : DoctorFinding.Fine(Name, "libtorch's own come out wrong on this processor where channels do not fill blocks of sixteen (pytorch issue 163347); Diptych fills them up, and its own come out right");
    }

    private static Tensor OutputAndGradient(Tensor picture, Func<Tensor, Tensor> convolve, MixedPrecision precision)
    {
        using var scope = NewDisposeScope();
        var input = picture.clone().requires_grad_();
        Tensor output;
        using (Autocast.For(CPU, precision))
        {
            output = convolve(input);
        }

        output.backward([output.detach()]);
        return cat([output.detach().to_type(ScalarType.Float64), input.grad!.to_type(ScalarType.Float64)]).MoveToOuterDisposeScope();
    }

    // Relative to the largest value; infinite where a number is none.
    private static double Distance(Tensor expected, Tensor actual)
    {
        using var scope = NewDisposeScope();
        return ((actual - expected).abs().max() / expected.abs().max()).nan_to_num(double.PositiveInfinity).item<double>();
    }
}
