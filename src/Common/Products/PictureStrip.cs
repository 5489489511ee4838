namespace Diptych.Common.Products;

/// <summary>Neighbouring rows of a picture's tiles.</summary>
/// <param name="Picture">The picture's number.</param>
/// <param name="FirstTileRow">The first row of tiles.</param>
/// <param name="TileRows">How many there are.</param>
/// <param name="FirstRow">The first row of input pixels that they are made of.</param>
/// <param name="EndRow">The one behind the last.</param>
internal readonly record struct PictureStrip(int Picture, int FirstTileRow, int TileRows, int FirstRow, int EndRow);
