using Diptych.Common.Pipelines;
using Diptych.DreamBooth;
using Diptych.Tests.Trajectories;
using static TorchSharp.torch;

namespace Diptych.Tests.DreamBooth;

public sealed class DreamBoothExportTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_exported_folder_draws_the_same_picture(bool textEncoder) => Check(LabTraining.Model, textEncoder);

    [Theory]
    [InlineData("tiny-sd1")]
    [InlineData("tiny-sd2")]
    [InlineData("tiny-sdxl")]
    public void So_does_that_of_every_family(string family) => Check(Fixtures.Require("fixtures", "models", family), textEncoder: true);

    private static void Check(string model, bool textEncoder)
    {
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        using var sd = StableDiffusion.Load(model);
        using (no_grad())
        {
            sd.UNet.parameters().First().mul_(1.25);
            foreach (var encoder in textEncoder ? sd.Text.Encoders : [])
            {
                // A weight that reaches the picture in every family: XL leaves the last block and the final norm of its first encoder out.
                encoder.Model.TokenTable.mul_(1.25);
            }
        }

        DreamBoothExport.Write(sd, textEncoder, folder.Path);

        using var loaded = StableDiffusion.Load(folder.Path);
        using var untouched = StableDiffusion.Load(model);
        var options = new GenerationOptions { Steps = 2, GuidanceScale = 3, Height = 64, Width = 64 };
        Tensor Draw(StableDiffusion pipeline) => pipeline.Generate(["a red dog"], 1, options);
        var written = loaded.UNet.state_dict();
        Assert.All(sd.UNet.state_dict(), weight => Assert.True(weight.Value.eq(written[weight.Key]).all().item<bool>(), weight.Key));
        Assert.All(sd.Text.Encoders.Zip(loaded.Text.Encoders), pair => Assert.True(pair.First.Model.TokenTable.eq(pair.Second.Model.TokenTable).all().item<bool>()));
        var drawn = Draw(sd);
        // Not bit for bit: loaded weights are the file's own pages, and the matrix library sums in another order where a matrix begins at another place in its line
        // (1.2e-5 of the range from -1 to 1 has been seen; a grey level of eight bits is 8e-3).
        Close.Absolute(drawn, Draw(loaded), 3e-5);
        Assert.True((drawn - Draw(untouched)).abs().max().item<float>() > 1e-3);
        Assert.Equal(sd.Source.IsXl, loaded.Source.IsXl);
        Assert.All(sd.Source.TextEncoders, encoder =>
        {
            using var before = sd.Source.Network(encoder).OpenWeights();
            using var after = loaded.Source.Network(encoder).OpenWeights();
            Assert.Equal(before.Entries.Keys.Where(k => !k.EndsWith("position_ids", StringComparison.Ordinal)).Order(), after.Entries.Keys.Where(k => !k.EndsWith("position_ids", StringComparison.Ordinal)).Order());
        });
    }
}
