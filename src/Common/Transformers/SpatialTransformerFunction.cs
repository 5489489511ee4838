using System.Runtime.InteropServices;
using Diptych.Common.Cuda;
using Diptych.Common.Runtime;
using static TorchSharp.torch;

namespace Diptych.Common.Transformers;

/// <summary>
/// Transformer blocks over the places of pictures, with what is around them, as one node of autograd's graph: one by one their forty-five operators, and as many backward, take longer than their
/// arithmetic where pictures are small. Arguments: pictures, text, parameters in the order of <see cref="SpatialWeights"/>, sizes; all checked before, since a backward must not throw.
/// </summary>
internal sealed unsafe class SpatialTransformerFunction : autograd.SingleTensorFunction<SpatialTransformerFunction>
{
    // Pictures and text, before the parameters.
    private const int Inputs = 2;

    /// <inheritdoc/>
    public override string Name => nameof(SpatialTransformerFunction);

    /// <summary>Runs them, with or without gradients.</summary>
    public static Tensor Apply(Tensor x, Tensor text, IReadOnlyList<Tensor> parameters, SpatialShape shape)
    {
        using var scope = NewDisposeScope();
        var (pictures, rows) = (x.contiguous(), text.contiguous());
        var learns = is_grad_enabled() && (x.requires_grad || text.requires_grad || parameters.Any(p => p.requires_grad));
        return (learns ? apply([pictures, rows, .. parameters, shape]) : Draw(pictures, rows, new SpatialWeights([.. parameters]), shape)).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var tensors = vars[..^1].Cast<Tensor>().ToArray();
        var parts = new SampleParts((SpatialShape)vars[^1], isWhole: tensors.Skip(Inputs).Any(p => p.requires_grad));
        var weights = new SpatialWeights(tensors.AsSpan(Inputs));
        var size = SpatialTape.Size(parts.Largest);
        var (output, tape) = (empty(tensors[0].shape, dtype: ScalarType.Float32), empty(parts.Count * size, dtype: ScalarType.Float32));
        float* pictures = TensorData.Floats(tensors[0]), text = TensorData.Floats(tensors[1]), room = TensorData.Floats(tape), result = TensorData.Floats(output);
        parts.Over(parts.Largest.Operations * parts.Count, (from, to) =>
        {
            for (var part = from; part < to; part++)
            {
                new SpatialTransformerOnCpu(parts.Shape(part), weights).Forward(
                    pictures + parts.Picture(part), text + parts.Text(part), SpatialTape.At(room + (part * size), parts.Shape(part)), result + parts.Picture(part));
            }
        });
        ctx.save_for_backward([.. tensors, tape]);
        ctx.save_data(nameof(Kept), new Kept(parts, Array.ConvertAll(tensors, tensor => tensor.requires_grad)));
        ctx.set_materialize_grads(false);
        return output;
    }

    /// <inheritdoc/>
    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        using var scope = NewDisposeScope();
        using var given = grad_output;
        using var noGradient = no_grad();
        var saved = ctx.get_saved_variables();
        // Lets go of the tape as soon as it has been used, as libtorch's own nodes do.
        ctx.Dispose();
        var kept = (Kept)ctx.get_data(nameof(Kept));
        // One more, for the sizes.
        var results = new Tensor?[kept.Learns.Length + 1];
        if (given.IsInvalid)
        {
            return HandedOver.Keep(results);
        }

        for (var i = 0; i < kept.Learns.Length; i++)
        {
            results[i] = kept.Learns[i] ? empty(saved[i].shape, dtype: ScalarType.Float32) : null;
        }

        Backward(saved, given.contiguous(), kept.Parts, results);
        return HandedOver.Keep(results);
    }

    // Without gradients a part's room is the next one's.
    private static Tensor Draw(Tensor x, Tensor rows, SpatialWeights weights, SpatialShape shape)
    {
        var parts = new SampleParts(shape, isWhole: false);
        var size = SpatialTape.Size(parts.Largest);
        var output = empty(x.shape, dtype: ScalarType.Float32);
        float* pictures = TensorData.Floats(x), text = TensorData.Floats(rows), result = TensorData.Floats(output);
        parts.Over(shape.Operations, (from, to) =>
        {
            var room = (float*)NativeMemory.AlignedAlloc((nuint)(size * sizeof(float)), 64);
            try
            {
                for (var part = from; part < to; part++)
                {
                    new SpatialTransformerOnCpu(parts.Shape(part), weights).Forward(
                        pictures + parts.Picture(part), text + parts.Text(part), SpatialTape.At(room, parts.Shape(part)), result + parts.Picture(part));
                }
            }
            finally
            {
                NativeMemory.AlignedFree(room);
            }
        });
        return output;
    }

    private static void Backward(List<Tensor> saved, Tensor gradient, SampleParts parts, Tensor?[] results)
    {
        var weights = new SpatialWeights(saved.GetRange(Inputs, saved.Count - Inputs - 1).ToArray());
        var ofWeights = results.Skip(Inputs).Any(result => result is not null) ? new SpatialWeights(results.AsSpan()[Inputs..^1]) : null;
        var (tapeSize, size) = (SpatialTape.Size(parts.Largest), SpatialGradients.Size(parts.Largest));
        using var memory = empty(parts.Count * size, dtype: ScalarType.Float32);
        using var unasked = results[0] is null ? empty(saved[0].shape, dtype: ScalarType.Float32) : null;
        float* pictures = TensorData.Floats(saved[0]), text = TensorData.Floats(saved[1]), tapes = TensorData.Floats(saved[^1]), ofResult = TensorData.Floats(gradient);
        float* room = TensorData.Floats(memory), ofPictures = TensorData.Floats(results[0] ?? unasked!), ofText = results[1] is { } asked ? TensorData.Floats(asked) : null;
        parts.Over(2 * parts.Largest.Operations * parts.Count, (from, to) =>
        {
            for (var part = from; part < to; part++)
            {
                var (picture, row) = (parts.Picture(part), parts.Text(part));
                var (tape, gradients) = (SpatialTape.At(tapes + (part * tapeSize), parts.Shape(part)), SpatialGradients.At(room + (part * size), parts.Shape(part)));
                var transformer = new SpatialTransformerOnCpu(parts.Shape(part), weights);
                transformer.Backward(pictures + picture, tape, ofResult + picture, gradients, ofPictures + picture);
                if (ofText is not null)
                {
                    transformer.TextGradient(gradients, ofText + row);
                }

                if (ofWeights is not null)
                {
                    transformer.WeightGradients(text + row, tape, gradients, ofWeights);
                }
            }
        });
    }

    private sealed record Kept(SampleParts Parts, bool[] Learns);
}
