using static TorchSharp.torch;

namespace Diptych.Common.Vae;

/// <summary>Runs a network over overlapping tiles of a picture and blends what comes out linearly where they overlap.</summary>
internal static class TiledPass
{
    /// <summary>The network's output for the whole picture, with one tile at a time in memory.</summary>
    /// <param name="input">[n, c, height·inScale, width·inScale].</param>
    /// <param name="size">Tiles' side in latent pixels.</param>
    /// <param name="overlap">Least overlap of neighbours in latent pixels.</param>
    /// <param name="inScale">Input pixels of one latent pixel.</param>
    /// <param name="outScale">Output pixels of one latent pixel.</param>
    /// <param name="network">From a tile of the input to the tile of the output that covers the same place.</param>
    public static Tensor Run(Tensor input, int size, int overlap, int inScale, int outScale, Func<Tensor, Tensor> network)
    {
        using var scope = NewDisposeScope();
        var (rows, columns) = (TileAxis.Over((int)input.shape[2] / inScale, size, overlap), TileAxis.Over((int)input.shape[3] / inScale, size, overlap));
        Tensor? whole = null;
        for (var y = 0; y < rows.Starts.Count; y++)
        {
            for (var x = 0; x < columns.Starts.Count; x++)
            {
                using var tileScope = NewDisposeScope();
                var (top, left) = (rows.Starts[y], columns.Starts[x]);
                var tile = network(Part(input, top, left, rows.Tile, columns.Tile, inScale));
                whole ??= zeros([tile.shape[0], tile.shape[1], input.shape[2] / inScale * outScale, input.shape[3] / inScale * outScale], dtype: tile.dtype, device: tile.device).MoveToOuterDisposeScope();
                var shares = tensor(rows.Shares(y, outScale)).unsqueeze(1) * tensor(columns.Shares(x, outScale));
                Part(whole, top, left, rows.Tile, columns.Tile, outScale).add_(tile * shares.to(tile.dtype, tile.device));
            }
        }

        return whole!.MoveToOuterDisposeScope();
    }

    private static Tensor Part(Tensor picture, int top, int left, int height, int width, int scale) =>
        picture.narrow(2, top * scale, height * scale).narrow(3, left * scale, width * scale);
}
