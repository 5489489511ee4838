using System.Text.Json;
using Diptych.Common;
using Diptych.Lab;
using Diptych.Lab.Judges;
using Diptych.Lab.Verification;
using TorchSharp;
using static TorchSharp.torch;

namespace Diptych.Tests.Lab.Verification;

public class LabVerificationTests
{
    private static readonly LabVerificationOptions Sixteen = new() { CaptionsPerSet = 16, BatchSize = 10, Seed = 7, Guidance = 3.5 };

    [Fact]
    public void A_drawer_that_renders_the_truth_scores_what_the_oracle_can_read()
    {
        using var scope = NewDisposeScope();
        using var oracle = Oracle.Load(LabFiles.Model.Oracle);
        var calls = new List<(string First, int Count, long Seed, double Guidance)>();
        var renders = LabFiles.Pictures(LabFiles.Model.Renders);
        Tensor Draw(IReadOnlyList<string> captions, long seed, double guidance)
        {
            calls.Add((captions[0], captions.Count, seed, guidance));
            return renders.narrow(0, seed - 7, captions.Count) * 1;
        }

        // An autoencoder that is off by a tenth everywhere: 26 dB but for pixels that the clamp brings back.
        var result = new LabVerification(LabFiles.Model, oracle, Draw, pictures => pictures * 0.5, latents => (latents * 2) + 0.1).Run(Sixteen);

        var captions = CaptionWithTruth.ReadSet(LabFiles.Model.Captions("unseen"));
        Assert.Equal([(captions[0].Caption, 10, 7, 3.5), (captions[10].Caption, 6, 17, 3.5)], calls.Take(2));
        Assert.Equal(4, calls.Count);

        var unseen = result.Sets["unseen"];
        Assert.Equal(new Measure(1, 16), unseen["class"]);
        Assert.Equal(new Measure(1, 16), unseen["background"]);
        Assert.Equal(captions.Take(16).Count(caption => caption.Attributes.Layout != "centre"), unseen["layout"].N);
        Assert.InRange(result.Sets["seen"]["class"].Value!.Value, 0, 0.5);
        Assert.Equal(16 + (6 * 21), unseen["oracle_class"].N);
        Assert.InRange(unseen["oracle_class"].Value!.Value, 0.85, 1);
        Assert.InRange(unseen["vae_psnr_db"].Value!.Value, 26, 29);
        Assert.InRange(result.EdgeEnergy["known pictures"].Value!.Value, 0.03, 0.12);
    }

    [Fact]
    public void Subjects_ceilings_are_those_of_the_reference_judge()
    {
        using var scope = NewDisposeScope();
        using var oracle = Oracle.Load(LabFiles.Model.Oracle);

        var result = new LabVerification(LabFiles.Model, oracle, (captions, _, _) => zeros(captions.Count, 3, 128, 128), Same, Same).Run(Sixteen with { CaptionsPerSet = 1 });

        // lab-recipe.md section 7, two decimals, measured with weights before their rounding to fp16.
        var expected = new Dictionary<string, double>
        {
            ["off-palette-dog"] = 0.91, ["off-palette-teapot"] = 0.84, ["sayable-car"] = 0.91, ["sayable-cat"] = 0.93, ["unsayable-dog"] = 0.75, ["unsayable-robot"] = 0.48,
        };
        Assert.Equal(expected.Keys, result.SubjectCeilings.Keys);
        Assert.All(expected, subject => Assert.InRange(result.SubjectCeilings[subject.Key].Value!.Value, subject.Value - 0.02, subject.Value + 0.02));
        Assert.All(result.SubjectCeilings.Values, ceiling => Assert.Equal(16, ceiling.N));
    }

    [Fact]
    public void The_result_is_written_with_value_and_number_per_measure()
    {
        using var scope = NewDisposeScope();
        using var oracle = Oracle.Load(LabFiles.Model.Oracle);
        var result = new LabVerification(LabFiles.Model, oracle, (captions, _, _) => zeros(captions.Count, 3, 128, 128), Same, Same).Run(Sixteen with { CaptionsPerSet = 2 });

        using var json = JsonDocument.Parse(result.ToJson());

        foreach (var set in new[] { "unseen", "seen" })
        {
            string[] names = ["class", "colour", "background", "style", "layout", "light", "accessory", "pattern"];
            Assert.Equal(
                names.Concat(names.Select(name => "oracle_" + name)).Append("vae_psnr_db").Order(),
                json.RootElement.GetProperty(set).EnumerateObject().Select(measure => measure.Name).Order());
            Assert.Equal(2, json.RootElement.GetProperty(set).GetProperty("class").GetProperty("n").GetInt32());
            Assert.InRange(json.RootElement.GetProperty(set).GetProperty("class").GetProperty("value").GetDouble(), 0, 1);
        }

        Assert.Equal(6, json.RootElement.GetProperty("subject_fidelity_ceiling").EnumerateObject().Count());
        Assert.Contains("background", result.ToTable(), StringComparison.Ordinal);
        Assert.Contains("judge's ceiling", result.ToTable(), StringComparison.Ordinal);
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
}
