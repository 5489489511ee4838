using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Diptych.Lab.Verification;

/// <summary>What a verification of the embedded model found.</summary>
/// <param name="Sets">
/// Per set of captions ("unseen", "seen") its measures: the attributes of <see cref="AttributeAccuracy"/> in the drawn pictures;
/// <c>vae_psnr_db</c> and, with the prefix <c>oracle_</c>, the same attributes read in autoencoder round trips of pictures whose truth is known: the judge's ceiling.
/// </param>
/// <param name="SubjectCeilings">Per subject the fidelity of its own held-out pictures.</param>
/// <param name="EdgeEnergy">Sharpness of the pictures drawn for each set, of the known pictures, and of their round trips.</param>
public sealed record LabVerificationResult(
    IReadOnlyDictionary<string, IReadOnlyDictionary<string, Measure>> Sets,
    IReadOnlyDictionary<string, Measure> SubjectCeilings,
    IReadOnlyDictionary<string, Measure> EdgeEnergy)
{
    /// <summary>Name of the autoencoder's measure in every set.</summary>
    public const string VaePsnr = "vae_psnr_db";

    /// <summary>Prefix of the judge's ceilings in every set.</summary>
    public const string OraclePrefix = "oracle_";

    /// <summary>Per attribute how often the oracle is right on renders of appearances nobody was trained on, and per colour (<c>body_rgb</c>, ...) its median error.</summary>
    public IReadOnlyDictionary<string, Measure> JudgeOnRenders { get; init; } = new Dictionary<string, Measure>();

    /// <summary>The same on their autoencoder round trips.</summary>
    public IReadOnlyDictionary<string, Measure> JudgeOnRoundTrips { get; init; } = new Dictionary<string, Measure>();

    /// <summary>How often an individual's picture scores above that of a look-alike.</summary>
    public Measure LookAlikes { get; init; } = new(null, 0);

    /// <summary>How near the drawn pictures come to the world's: kernel distances, and sharpness relative to the autoencoder's.</summary>
    public IReadOnlyDictionary<string, Measure> Pictures { get; init; } = new Dictionary<string, Measure>();

    /// <summary>What names do to text and pictures.</summary>
    public IReadOnlyDictionary<string, Measure> Identifiers { get; init; } = new Dictionary<string, Measure>();

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>An object with one member per set, <c>subject_fidelity_ceiling</c>, <c>edge_energy</c> and what else was measured; every measure is <c>{"value": x, "n": k}</c>.</summary>
    public string ToJson()
    {
        var members = Sets.ToDictionary(set => set.Key, set => set.Value);
        members["subject_fidelity_ceiling"] = SubjectCeilings;
        members["edge_energy"] = EdgeEnergy;
        members["judge_on_renders"] = JudgeOnRenders;
        members["judge_on_round_trips"] = JudgeOnRoundTrips;
        members["judge_on_look_alikes"] = new Dictionary<string, Measure> { ["subject_preferred"] = LookAlikes };
        members["pictures"] = Pictures;
        members["identifiers"] = Identifiers;
        return JsonSerializer.Serialize(members, Indented);
    }

    /// <summary>Plain-text tables: attributes by set with the judge's ceiling, then the other measures.</summary>
    public string ToTable()
    {
        var text = new StringBuilder();
        Row(text, "share read as said (n)", [.. Sets.Keys, "judge's ceiling"]);
        foreach (var name in AttributeAccuracy.Names)
        {
            Row(text, name, [.. Sets.Values.Select(set => set[name].ToString()), Sets.Values.First()[OraclePrefix + name].ToString()]);
        }

        text.AppendLine();
        Row(text, "autoencoder PSNR, dB", [Sets.Values.First()[VaePsnr].ToString()]);
        Section(text, "edge energy", EdgeEnergy);
        Section(text, "fidelity of held-out pictures", SubjectCeilings);
        Section(text, "judge on unseen renders", JudgeOnRenders);
        Section(text, "judge on their round trips", JudgeOnRoundTrips);
        Section(text, "judge", new Dictionary<string, Measure> { ["subject preferred to a look-alike"] = LookAlikes });
        Section(text, "pictures", Pictures);
        Section(text, "identifiers", Identifiers);
        return text.ToString();
    }

    private static void Section(StringBuilder text, string title, IReadOnlyDictionary<string, Measure> measures)
    {
        foreach (var (name, measure) in measures)
        {
            Row(text, $"{title}, {name}", [measure.Value is { } value ? string.Create(CultureInfo.InvariantCulture, $"{value:0.0000} ({measure.N})") : "-"]);
        }
    }

    private static void Row(StringBuilder text, string name, IEnumerable<string> cells) =>
        text.Append(name.PadRight(50)).AppendJoin("  ", cells.Select(cell => cell.PadRight(16))).AppendLine();
}
