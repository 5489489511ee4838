using Diptych.Lab.World;

namespace Diptych.Lab.Judges;

/// <summary>What the oracle read in a row of pictures, as plain numbers.</summary>
public sealed class OracleReading
{
    private readonly OracleConfig _config;
    private readonly IReadOnlyDictionary<string, float[][]> _outputs;

    /// <summary>Keeps the outputs of every head.</summary>
    /// <param name="config">Names the values behind the logits.</param>
    /// <param name="outputs">Per head one row of raw outputs for each picture.</param>
    public OracleReading(OracleConfig config, IReadOnlyDictionary<string, float[][]> outputs)
    {
        ArgumentNullException.ThrowIfNull(outputs);
        _config = config;
        _outputs = outputs;
        Count = outputs.Count == 0 ? 0 : outputs.Values.First().Length;
    }

    /// <summary>Number of pictures.</summary>
    public int Count { get; }

    /// <summary>The heads' names.</summary>
    public IEnumerable<string> Heads => _outputs.Keys;

    /// <summary>The head's raw outputs for a picture: logits, or RGB from 0 to 1 (the net may stray a little outside).</summary>
    public IReadOnlyList<float> Output(string head, int picture) => _outputs[head][picture];

    /// <summary>The value with the largest logit: the class, the scene, ...</summary>
    public string Value(string head, int picture) => _config.Classes[head][Largest(_outputs[head][picture])];

    /// <summary>What is drawn.</summary>
    public string ClassOf(int picture) => Value(OracleHeads.Class, picture);

    /// <summary>Whether the picture shows a patch.</summary>
    public bool HasPatch(int picture) => Largest(_outputs[OracleHeads.HasPatch][picture]) == 1;

    /// <summary>A colour head's reading in units of 0 to 255, as the net gave it.</summary>
    public Rgb Colour(string head, int picture)
    {
        var row = _outputs[head][picture];
        return new Rgb(row[0] * 255.0, row[1] * 255.0, row[2] * 255.0);
    }

    private static int Largest(float[] row) => Array.IndexOf(row, row.Max());
}
