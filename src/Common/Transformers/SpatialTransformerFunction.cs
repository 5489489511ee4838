using Diptych.Common.Cuda;
using Diptych.Common.Runtime;
using static TorchSharp.torch;

namespace Diptych.Common.Transformers;

/// <summary>
/// Transformer blocks over the places of pictures, with what is around them, as one node of autograd's graph: one by one their forty-five operators, and as many backward, take longer than their
/// arithmetic where pictures are small. Arguments: pictures, text, what it is made of, the parameters that learn.
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
        IReadOnlyList<Tensor> learning = is_grad_enabled() ? [.. parameters.Where(p => p.requires_grad)] : [];
        var isRecorded = is_grad_enabled() && (x.requires_grad || text.requires_grad || learning.Count > 0);
        return (isRecorded ? apply([pictures, rows, new Layers(parameters, shape), .. learning]) : Draw(pictures, rows, new SpatialWeights([.. parameters]), shape)).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    protected override (Tensor Output, List<Tensor> Saved, object Kept) Forward(object[] arguments)
    {
        var (x, rows, layers) = ((Tensor)arguments[0], (Tensor)arguments[1], (Layers)arguments[2]);
        var parts = new SampleParts(layers.Shape, isWhole: arguments.Length > Inputs + 1);
        var weights = new SpatialWeights([.. layers.Parameters]);
        var size = SpatialTape.Size(parts.Largest);
        var (output, tape) = (empty(x.shape, dtype: ScalarType.Float32), empty(parts.Count * size, dtype: ScalarType.Float32));
        float* pictures = TensorData.Floats(x), text = TensorData.Floats(rows), room = TensorData.Floats(tape), result = TensorData.Floats(output);
        parts.Over(parts.Largest.Operations * parts.Count, (from, to) =>
        {
            for (var part = from; part < to; part++)
            {
                new SpatialTransformerOnCpu(parts.Shape(part), weights).Forward(
                    pictures + parts.Picture(part), text + parts.Text(part), SpatialTape.At(room + (part * size), parts.Shape(part)), result + parts.Picture(part));
            }
        });
        return (output, [x, rows, tape], new Kept(layers, parts, x.requires_grad, rows.requires_grad));
    }

    /// <inheritdoc/>
    protected override Tensor?[] Backward(List<Tensor> saved, Tensor gradient, object kept)
    {
        var of = (Kept)kept;
        var (x, text) = (of.Pictures ? Like(saved[0]) : null, of.Text ? Like(saved[1]) : null);
        var learning = of.Layers.Parameters.Where(p => p.requires_grad).ToArray();
        var waiting = learning.Length > 0 ? WaitingLayers.For(learning) : null;
        var results = of.Layers.Parameters.Select(p => p.requires_grad && !(waiting is not null && WaitingLayers.Waits(p)) ? Like(p) : null).ToArray();
        Backward(saved, gradient.contiguous(), of, (x, text, results), waiting);
        return [x, text, null, .. results.Where((_, i) => of.Layers.Parameters[i].requires_grad)];
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
            using var room = Scratch.Take((nint)size);
            for (var part = from; part < to; part++)
            {
                new SpatialTransformerOnCpu(parts.Shape(part), weights).Forward(
                    pictures + parts.Picture(part), text + parts.Text(part), SpatialTape.At(room.First, parts.Shape(part)), result + parts.Picture(part));
            }
        });
        return output;
    }

    private static void Backward(List<Tensor> saved, Tensor gradient, Kept kept, (Tensor? X, Tensor? Text, Tensor?[] Parameters) results, WaitingLayers? waiting)
    {
        var (parts, weights) = (kept.Parts, new SpatialWeights([.. kept.Layers.Parameters]));
        var ofWeights = waiting is not null || results.Parameters.Any(result => result is not null) ? new SpatialWeights(results.Parameters) : null;
        var (tapeSize, size) = (SpatialTape.Size(parts.Largest), SpatialGradients.Size(parts.Largest));
        using var memory = empty(parts.Count * size, dtype: ScalarType.Float32);
        // On the way to parameters the pictures' gradient is passed through whether asked for or not.
        using var unasked = results.X is null && ofWeights is not null ? empty(saved[0].shape, dtype: ScalarType.Float32) : null;
        float* pictures = TensorData.Floats(saved[0]), text = TensorData.Floats(saved[1]), tapes = TensorData.Floats(saved[2]), ofResult = TensorData.Floats(gradient);
        float* room = TensorData.Floats(memory), ofText = results.Text is { } asked ? TensorData.Floats(asked) : null;
        var dx = results.X ?? unasked;
        var ofPictures = dx is null ? null : TensorData.Floats(dx);
        parts.Over(2 * parts.Largest.Operations * parts.Count, (from, to) =>
        {
            for (var part = from; part < to; part++)
            {
                var (picture, row) = (parts.Picture(part), parts.Text(part));
                var (tape, gradients) = (SpatialTape.At(tapes + (part * tapeSize), parts.Shape(part)), SpatialGradients.At(room + (part * size), parts.Shape(part)));
                var transformer = new SpatialTransformerOnCpu(parts.Shape(part), weights);
                transformer.Backward(pictures + picture, tape, ofResult + picture, gradients, ofPictures is null ? null : ofPictures + picture);
                if (ofText is not null)
                {
                    transformer.TextGradient(gradients, ofText + row);
                }

                if (ofWeights is not null)
                {
                    transformer.WeightGradients(text + row, tape, gradients, ofWeights, waiting);
                }
            }
        });
        waiting?.HandOver(saved[1], saved[2], memory);
    }

    private static Tensor Like(Tensor tensor) => empty(tensor.shape, dtype: ScalarType.Float32);

    private sealed record Layers(IReadOnlyList<Tensor> Parameters, SpatialShape Shape);

    private sealed record Kept(Layers Layers, SampleParts Parts, bool Pictures, bool Text);
}
