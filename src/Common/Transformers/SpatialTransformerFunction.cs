using System.Runtime.InteropServices;
using Diptych.Common.Cuda;
using Diptych.Common.Runtime;
using static TorchSharp.torch;

namespace Diptych.Common.Transformers;

/// <summary>
/// Transformer blocks over the places of pictures, with what is around them, as one node of autograd's graph: one by one their forty-five operators, and as many backward, take longer than their
/// arithmetic where pictures are small. Arguments: pictures, text, parameters in the order of <see cref="SpatialWeights"/>, sizes.
/// </summary>
internal sealed unsafe class SpatialTransformerFunction : ManagedFunction<SpatialTransformerFunction>
{
    // Pictures and text, before the parameters.
    private const int Inputs = 2;

    /// <summary>Runs them, with or without gradients.</summary>
    public static Tensor Apply(Tensor x, Tensor text, IReadOnlyList<Tensor> parameters, SpatialShape shape)
    {
        using var scope = NewDisposeScope();
        var (pictures, rows) = (x.contiguous(), text.contiguous());
        var learns = is_grad_enabled() && (x.requires_grad || text.requires_grad || parameters.Any(p => p.requires_grad));
        return (learns ? apply([pictures, rows, .. parameters, shape]) : Draw(pictures, rows, new SpatialWeights([.. parameters]), shape)).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    protected override (Tensor Output, List<Tensor> Saved, object Kept) Forward(object[] arguments)
    {
        var tensors = arguments[..^1].Cast<Tensor>().ToArray();
        var parts = new SampleParts((SpatialShape)arguments[^1], isWhole: tensors.Skip(Inputs).Any(p => p.requires_grad));
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
        return (output, [.. tensors, tape], new Kept(parts, Array.ConvertAll(tensors, tensor => tensor.requires_grad)));
    }

    /// <inheritdoc/>
    protected override Tensor?[] Backward(List<Tensor> saved, Tensor gradient, object kept)
    {
        var (parts, learns) = (Kept)kept;
        // One more, for the sizes.
        var results = new Tensor?[learns.Length + 1];
        for (var i = 0; i < learns.Length; i++)
        {
            results[i] = learns[i] ? empty(saved[i].shape, dtype: ScalarType.Float32) : null;
        }

        Backward(saved, gradient.contiguous(), parts, results);
        return results;
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
