using Diptych.Common.Layers;
using Diptych.Common.Products;
using Diptych.Common.Runtime;

namespace Diptych.Common.Transformers;

/// <summary>Transformer blocks over the places of pictures [n, channels, pixels], with what is around them (group normalisation, projections, shortcut), and their gradients, on fp32 numbers.</summary>
/// <param name="shape">The sizes.</param>
/// <param name="weights">The parameters.</param>
internal sealed unsafe class SpatialTransformerOnCpu(SpatialShape shape, SpatialWeights weights)
{
    private readonly TransformerShape _block = shape.Block;

    private int Rows => _block.Rows;

    private int Channels => _block.Channels;

    private GroupNormKernel Norm => new(Channels / shape.Groups, _block.Pixels, silu: false);

    /// <summary>The pictures that come out.</summary>
    /// <param name="x">The pictures that come in; left alone.</param>
    /// <param name="text">[n * tokens, textWidth].</param>
    /// <param name="tape">Filled.</param>
    /// <param name="y">Where they go.</param>
    public void Forward(float* x, float* text, SpatialTape tape, float* y)
    {
        Normalise(x, tape);
        ToRows(tape.Room, tape.Normed);
        RowProducts.Forward(tape.Normed, Rows, Channels, weights.In.Weight, Channels, weights.In.Bias, tape.Entered);
        for (var i = 0; i < tape.Blocks.Length; i++)
        {
            new TransformerBlockOnCpu(_block, weights.Blocks[i]).Forward(tape.Into(i), text, tape.Blocks[i]);
        }

        RowProducts.Forward(tape.Into(tape.Blocks.Length), Rows, Channels, weights.Out.Weight, Channels, weights.Out.Bias, tape.Room);
        ToPictures(tape.Room, y);
        RowSums.Add(y, x, shape.Numbers, y);
    }

    /// <summary>The pictures' gradient, and all others on the way.</summary>
    /// <param name="x">The pictures that came in.</param>
    /// <param name="tape">From <see cref="Forward"/>.</param>
    /// <param name="gradient">That of the pictures that came out.</param>
    /// <param name="gradients">Filled.</param>
    /// <param name="dx">Where the pictures' goes; null where only the text's is asked for.</param>
    public void Backward(float* x, SpatialTape tape, float* gradient, SpatialGradients gradients, float* dx)
    {
        ToRows(gradient, gradients.Result);
        RowProducts.InputGradient(gradients.Result, Rows, Channels, weights.Out.Weight, Channels, gradients.Left);
        for (var i = tape.Blocks.Length - 1; i >= 0; i--)
        {
            new TransformerBlockOnCpu(_block, weights.Blocks[i]).Backward(tape.Into(i), tape.Blocks[i], gradients.OutOf(i), gradients.Blocks[i], endsAtText: dx is null && i == 0);
        }

        if (dx is null)
        {
            return;
        }

        RowProducts.InputGradient(gradients.Blocks[0].Input, Rows, Channels, weights.In.Weight, Channels, dx);
        ToPictures(dx, gradients.Room);
        var kernel = Norm;
        var sums = gradients.OfChannels;
        ForEachGroup((group, numbers, channel) => kernel.Backward(
            x + numbers, gradients.Room + numbers, weights.Norm.Weight + channel, weights.Norm.Bias + channel, tape.Means[group], tape.Deviations[group], dx + numbers,
            sums + (2 * numbers / _block.Pixels)));
        RowSums.Add(dx, gradient, shape.Numbers, dx);
    }

    /// <summary>The text's gradient.</summary>
    public void TextGradient(SpatialGradients gradients, float* text)
    {
        new Span<float>(text, checked((int)shape.TextNumbers)).Clear();
        for (var i = 0; i < gradients.Blocks.Length; i++)
        {
            new TransformerBlockOnCpu(_block, weights.Blocks[i]).AddTextGradient(gradients.Blocks[i], text);
        }
    }

    /// <summary>The parameters' gradients.</summary>
    /// <param name="text">The text.</param>
    /// <param name="tape">From <see cref="Forward"/>.</param>
    /// <param name="gradients">From <see cref="Backward"/>.</param>
    /// <param name="result">Where they go.</param>
    /// <param name="waiting">Told of those that wait for other samples'; null where none does.</param>
    public void WeightGradients(float* text, SpatialTape tape, SpatialGradients gradients, SpatialWeights result, WaitingLayers? waiting)
    {
        var layers = new LayerGradients(Rows, waiting);
        layers.Linear(tape.Into(tape.Blocks.Length), gradients.Result, Channels, Channels, weights.Out.Weight, result.Out);
        for (var i = 0; i < tape.Blocks.Length; i++)
        {
            new TransformerBlockOnCpu(_block, weights.Blocks[i]).WeightGradients(tape.Into(i), text, tape.Blocks[i], gradients.OutOf(i), gradients.Blocks[i], layers, result.Blocks[i]);
        }

        layers.Linear(tape.Normed, gradients.Blocks[0].Input, Channels, Channels, weights.In.Weight, result.In);
        if (result.Norm.Weight is not null)
        {
            SumOverSamples(gradients.OfChannels, result.Norm);
        }
    }

    private void Normalise(float* x, SpatialTape tape)
    {
        var kernel = Norm;
        ForEachGroup((group, numbers, channel) => kernel.Forward(
            x + numbers, weights.Norm.Weight + channel, weights.Norm.Bias + channel, tape.Room + numbers, shape.Epsilon, out tape.Means[group], out tape.Deviations[group]));
    }

    // Told the group's number, where its numbers begin, and its first channel.
    private void ForEachGroup(Action<int, nint, int> work)
    {
        var channels = Channels / shape.Groups;
        for (var group = 0; group < _block.Samples * shape.Groups; group++)
        {
            work(group, group * (nint)channels * _block.Pixels, group % shape.Groups * channels);
        }
    }

    private void ToRows(float* pictures, float* rows) => Exchange(pictures, Channels, _block.Pixels, rows);

    private void ToPictures(float* rows, float* pictures) => Exchange(rows, _block.Pixels, Channels, pictures);

    private void Exchange(float* from, int rows, int columns, float* to)
    {
        for (var sample = 0; sample < _block.Samples; sample++)
        {
            var place = sample * (nint)rows * columns;
            for (var row = 0; row < rows; row += Transposition.Side)
            {
                Transposition.ExchangeStrip(from + place + (row * (nint)columns), columns, columns, to + place + row, rows);
            }
        }
    }

    private void SumOverSamples(float* ofChannels, Affine result)
    {
        for (var channel = 0; channel < Channels; channel++)
        {
            float weight = 0, bias = 0;
            for (var sample = 0; sample < _block.Samples; sample++)
            {
                var place = 2 * ((sample * (nint)Channels) + channel);
                weight += ofChannels[place];
                bias += ofChannels[place + 1];
            }

            (result.Weight[channel], result.Bias[channel]) = (weight, bias);
        }
    }
}
