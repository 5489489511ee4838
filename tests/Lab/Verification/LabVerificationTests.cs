using System.Text.Json;
using Diptych.Common;
using Diptych.Lab;
using Diptych.Lab.Judges;
using Diptych.Lab.Verification;
using TorchSharp;
using static TorchSharp.torch;

namespace Diptych.Tests.Lab.Verification;

public class LabVerificationTests(LabVerificationTests.OneRun run) : IClassFixture<LabVerificationTests.OneRun>
{
    private static readonly LabVerificationOptions Sixteen = new() { CaptionsPerSet = 16, BatchSize = 10, Seed = 7, Guidance = 3.5 };

    [Fact]
    public void The_first_captions_of_each_set_are_drawn_in_batches_with_their_seeds()
    {
        var unseen = CaptionWithTruth.ReadSet(LabFiles.Model.Captions("unseen"));
        var seen = CaptionWithTruth.ReadSet(LabFiles.Model.Captions("seen"));

        Assert.Equal(
            [(unseen[0].Caption, 10, 7, 3.5), (unseen[10].Caption, 6, 17, 3.5), (seen[0].Caption, 10, 7, 3.5), (seen[10].Caption, 6, 17, 3.5)],
            run.Calls);
    }

    [Fact]
    public void A_drawer_that_renders_the_truth_scores_what_the_oracle_can_read()
    {
        var truth = CaptionWithTruth.ReadSet(LabFiles.Model.Captions("unseen")).Take(16).ToList();
        var unseen = run.Result.Sets["unseen"];

        Assert.Equal(new Measure(1, 16), unseen["class"]);
        Assert.Equal(new Measure(1, 16), unseen["background"]);
        Assert.Equal(truth.Count(caption => caption.Attributes.Layout != "centre"), unseen["layout"].N);
        Assert.InRange(run.Result.Sets["seen"]["class"].Value!.Value, 0, 0.5);
    }

    [Fact]
    public void Captions_that_say_a_pattern_are_drawn_from_three_further_noises()
    {
        int Said(string set) => CaptionWithTruth.ReadSet(LabFiles.Model.Captions(set)).Take(16).Count(caption => caption.Attributes.Pattern != "none");

        Assert.Equal(
            [(Said("unseen"), 1000L, 3.5), (Said("unseen"), 2000L, 3.5), (Said("unseen"), 3000L, 3.5), (Said("seen"), 1000L, 3.5), (Said("seen"), 2000L, 3.5), (Said("seen"), 3000L, 3.5)],
            run.Again);
        Assert.Equal(4 * Said("unseen"), run.Result.Sets["unseen"]["pattern"].N);
    }

    [Fact]
    public void The_judge_is_measured_on_round_trips_of_every_known_picture()
    {
        var unseen = run.Result.Sets["unseen"];

        Assert.Equal(16 + (6 * 21), unseen["oracle_class"].N);
        Assert.InRange(unseen["oracle_class"].Value!.Value, 0.85, 1);
        // Off by a tenth everywhere is 26 dB; pixels that the clamp brings back raise it a little.
        Assert.InRange(unseen["vae_psnr_db"].Value!.Value, 26, 29);
        Assert.InRange(run.Result.EdgeEnergy["known pictures"].Value!.Value, 0.03, 0.12);
        Assert.InRange(run.Result.EdgeEnergy["their round trips"].Value!.Value, 0.03, run.Result.EdgeEnergy["known pictures"].Value!.Value);
    }

    [Fact]
    public void Every_subjects_own_pictures_are_read_back_in_full()
    {
        string[] expected = ["off-palette-dog", "off-palette-teapot", "sayable-car", "sayable-cat", "unsayable-dog", "unsayable-robot"];

        Assert.Equal(expected, run.Result.SubjectCeilings.Keys);
        // The limit of the release: every claim about fidelity is bounded by it.
        Assert.All(run.Result.SubjectCeilings, ceiling => Assert.InRange(ceiling.Value.Value!.Value, 0.95, 1));
        Assert.All(run.Result.SubjectCeilings.Values, ceiling => Assert.Equal(16, ceiling.N));
    }

    [Fact]
    public void The_result_is_written_with_value_and_number_per_measure()
    {
        using var json = JsonDocument.Parse(run.Result.ToJson());

        foreach (var set in new[] { "unseen", "seen" })
        {
            string[] names = ["class", "colour", "background", "style", "layout", "light", "accessory", "pattern"];
            Assert.Equal(
                names.Concat(names.Select(name => "oracle_" + name)).Append("vae_psnr_db").Order(),
                json.RootElement.GetProperty(set).EnumerateObject().Select(measure => measure.Name).Order());
            Assert.Equal(16, json.RootElement.GetProperty(set).GetProperty("class").GetProperty("n").GetInt32());
            Assert.InRange(json.RootElement.GetProperty(set).GetProperty("class").GetProperty("value").GetDouble(), 0, 1);
        }

        Assert.Equal(6, json.RootElement.GetProperty("subject_fidelity_ceiling").EnumerateObject().Count());
    }

    [Fact]
    public void The_table_shows_every_attribute_by_set_beside_the_judges_ceiling()
    {
        var lines = run.Result.ToTable().ReplaceLineEndings("\n").Split('\n');

        Assert.Matches("^share read as said.*unseen +seen +judge's ceiling", lines[0]);
        Assert.All(AttributeAccuracy.Names, name => Assert.Contains(lines, line => line.StartsWith(name + " ", StringComparison.Ordinal)));
        Assert.Matches(@"^background +1\.000 \(16\) +0\.\d{3} \(16\) +[01]\.\d{3} \(142\)", lines.Single(line => line.StartsWith("background", StringComparison.Ordinal)));
    }

    [Fact]
    public void Verifying_leaves_no_tensor_behind()
    {
        using var oracle = Oracle.Load(LabFiles.Model.Oracle);
        var verification = new LabVerification(LabFiles.Model, oracle, (captions, _, _) => zeros(captions.Count, 3, 128, 128), Same, Same);
        var few = Sixteen with { CaptionsPerSet = 2 };
        verification.Run(few);
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;

        verification.Run(few);

        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [Fact]
    public void Options_out_of_range_are_refused_by_name()
    {
        using var oracle = Oracle.Load(LabFiles.Model.Oracle);
        var verification = new LabVerification(LabFiles.Model, oracle, (_, _, _) => throw new InvalidOperationException("nothing may be drawn"), Same, Same);

        Assert.Contains("BatchSize", Assert.Throws<DiptychException>(() => verification.Run(Sixteen with { BatchSize = 0 })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_captions_file_is_found_before_anything_is_drawn()
    {
        using var oracle = Oracle.Load(LabFiles.Model.Oracle);
        var verification = new LabVerification(new LabModel("/nowhere"), oracle, (_, _, _) => throw new InvalidOperationException("nothing may be drawn"), Same, Same);

        Assert.Contains("captions-unseen.json", Assert.Throws<DiptychException>(() => verification.Run(Sixteen)).Message, StringComparison.Ordinal);
    }

    private static Tensor Same(Tensor tensor) => tensor;

    /// <summary>One verification whose drawer shows the renders of the first unseen captions, and whose autoencoder is off by a tenth.</summary>
    public sealed class OneRun
    {
        public OneRun()
        {
            using var scope = NewDisposeScope();
            using var oracle = Oracle.Load(LabFiles.Model.Oracle);
            var renders = LabFiles.Renders();
            var unseen = CaptionWithTruth.ReadSet(LabFiles.Model.Captions("unseen")).Take(16).Select(c => c.Caption).ToList();
            Tensor Draw(IReadOnlyList<string> captions, long seed, double guidance)
            {
                if (seed >= 1000)
                {
                    // Patterns drawn again: the renders of these very captions where they are the unseen ones.
                    Again.Add((captions.Count, seed, guidance));
                    var indices = captions.Select((caption, i) => (long)Math.Max(unseen.IndexOf(caption), i)).ToArray();
                    return renders.index_select(0, tensor(indices)).clone();
                }

                Calls.Add((captions[0], captions.Count, seed, guidance));
                return renders.narrow(0, seed - Sixteen.Seed, captions.Count).clone();
            }

            Result = new LabVerification(LabFiles.Model, oracle, Draw, pictures => pictures * 0.5, latents => (latents * 2) + 0.1).Run(Sixteen);
        }

        internal List<(string First, int Count, long Seed, double Guidance)> Calls { get; } = [];

        internal List<(int Count, long Seed, double Guidance)> Again { get; } = [];

        internal LabVerificationResult Result { get; }
    }
}
