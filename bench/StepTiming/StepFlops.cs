using Diptych.Common.Unet;

namespace Diptych.StepTiming;

/// <summary>
/// Floating-point operations (two for a multiply and add) of the products in one pass of a UNet, counted from its configuration: 3 x 3 convolutions, linear
/// layers and attention. Norms and activations are left out: they move bytes, not products.
/// </summary>
public sealed class StepFlops
{
    private readonly UNetConfig _config;
    private double _dense;
    private double _attention;

    private double? _beforeText;

    private StepFlops(UNetConfig config) => _config = config;

    /// <summary>Operations of convolutions and linear layers, forward, for one picture.</summary>
    public double Dense => _dense;

    /// <summary>Operations of attention's two products, forward, for one picture.</summary>
    public double Attention => _attention;

    /// <summary>Operations of one guided prediction for one picture: both prompts, but what lies before the text once (<c>Layers/BatchRows</c>).</summary>
    public double Guided => (2 * (_dense + _attention)) - (_config.Added is null ? _beforeText ?? 0 : 0);

    /// <summary>Counts one picture.</summary>
    /// <param name="config">The UNet.</param>
    /// <param name="side">Latent pixels a side.</param>
    /// <param name="tokens">Tokens of a prompt.</param>
    public static StepFlops Of(UNetConfig config, int side, int tokens)
    {
        ArgumentNullException.ThrowIfNull(config);
        var count = new StepFlops(config);
        count.Count(side, tokens);
        return count;
    }

    /// <summary>One Textual Inversion step for one picture: forward, and gradients with respect to activations.</summary>
    public double TextualInversion => (2 * _dense) + (3 * _attention);

    /// <summary>One DreamBooth step for one picture: gradients of the weights besides.</summary>
    public double DreamBooth => (3 * _dense) + (3 * _attention);

    private void Count(int side, int tokens)
    {
        var channels = _config.BlockOutChannels;
        var last = channels.Count - 1;
        Convolution(_config.InChannels, channels[0], side);
        var skips = new Stack<int>([channels[0]]);
        var width = channels[0];
        for (var block = 0; block <= last; block++)
        {
            for (var layer = 0; layer < _config.LayersPerBlock[block]; layer++)
            {
                Residual(width, channels[block], side);
                width = channels[block];
                Transformers(_config.DownAttention[block], block, side, tokens);
                skips.Push(width);
            }

            if (block < last)
            {
                side = (side + 1) / 2;
                Convolution(width, width, side);
                skips.Push(width);
            }
        }

        Residual(width, width, side);
        Transformers(true, last, side, tokens);
        Residual(width, width, side);
        for (var up = 0; up <= last; up++)
        {
            var block = last - up;
            for (var layer = 0; layer <= _config.LayersPerBlock[block]; layer++)
            {
                Residual(width + skips.Pop(), channels[block], side);
                width = channels[block];
                Transformers(_config.UpAttention[up], block, side, tokens);
            }

            if (block > 0)
            {
                side *= 2;
                Convolution(width, width, side);
            }
        }

        Convolution(width, _config.OutChannels, side);
    }

    private void Convolution(int from, int to, int side) => _dense += 2.0 * 9 * from * to * side * side;

    private void Linear(int from, int to, double rows) => _dense += 2.0 * from * to * rows;

    private void Residual(int from, int to, int side)
    {
        Convolution(from, to, side);
        Convolution(to, to, side);
        Linear(_config.TimeEmbeddingDim, to, 1);
        if (from != to)
        {
            Linear(from, to, side * side);
        }
    }

    private void Transformers(bool attends, int block, int side, int tokens)
    {
        if (!attends)
        {
            return;
        }

        _beforeText ??= _dense;
        var (width, places) = (_config.BlockOutChannels[block], (double)side * side);
        Linear(width, width, 2 * places);
        for (var layer = 0; layer < _config.TransformerLayersPerBlock[block]; layer++)
        {
            Linear(width, width, (4 + 2) * places);
            Linear(_config.CrossAttentionDim, width, 2.0 * tokens);
            Linear(width, 8 * width, places);
            Linear(4 * width, width, places);
            _attention += 4 * places * (places + tokens) * width;
        }
    }
}
