namespace Diptych.Common.Transformers;

/// <summary>The sizes of transformer blocks over the places of pictures.</summary>
/// <param name="Samples">Pictures, n.</param>
/// <param name="Pixels">Places of a picture; a multiple of sixteen.</param>
/// <param name="Channels">Numbers of a place; a multiple of sixteen.</param>
/// <param name="Heads">Heads of each attention; each a multiple of sixteen wide.</param>
/// <param name="Tokens">Rows of a text.</param>
/// <param name="TextWidth">Numbers of such a row; a multiple of sixteen.</param>
internal readonly record struct TransformerShape(int Samples, int Pixels, int Channels, int Heads, int Tokens, int TextWidth)
{
    /// <summary>Numbers of a place inside the feed-forward layer.</summary>
    public int Inner => 4 * Channels;

    /// <summary>Places of all pictures.</summary>
    public int Rows => Samples * Pixels;

    /// <summary>Attention among the places of a picture.</summary>
    public HeadAttention Self => new(Heads, Channels / Heads, Pixels, Pixels);

    /// <summary>Attention to the text.</summary>
    public HeadAttention Cross => new(Heads, Channels / Heads, Pixels, Tokens);

    /// <summary>Floating-point operations of a block's forward pass, roughly.</summary>
    public double Operations => (2.0 * Rows * Channels * (18.0 * Channels)) + (4.0 * Samples * Tokens * Channels * TextWidth) + (Samples * (Self.Operations + Cross.Operations));
}
