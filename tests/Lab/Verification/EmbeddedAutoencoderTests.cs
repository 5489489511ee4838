using Diptych.Common.Vae;
using Diptych.Lab.Judges;
using Diptych.Lab.Verification;
using static TorchSharp.torch;

namespace Diptych.Tests.Lab.Verification;

[Trait("Tier", "Recipe")]
public class EmbeddedAutoencoderTests
{
    [Fact]
    public void Renders_survive_the_round_trip_at_30_decibels_and_the_oracle_still_reads_them()
    {
        using var scope = NewDisposeScope();
        using var oracle = Oracle.Load(LabFiles.Model.Oracle);
        using var vae = AutoencoderKL.Load(Path.Combine(LabFiles.Model.Model, "vae"));
        using var known = KnownPictures.Load(LabFiles.Model, []);

        var trips = vae.Decode(vae.Encode(known.Pictures).Mean).clamp(-1, 1);

        Assert.InRange(PictureQuality.PsnrDb(known.Pictures, trips).Average(), 30, 33);
        Assert.All(AttributeAccuracy.Of(oracle.Read(trips), known.Attributes, whereSaid: false).Values, accuracy => Assert.InRange(accuracy.Value!.Value, 0.9, 1));
    }
}
