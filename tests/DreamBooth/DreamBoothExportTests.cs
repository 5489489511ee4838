using Diptych.Common.Pipelines;
using Diptych.Common.Weights;
using Diptych.DreamBooth;
using Diptych.Tests.Trajectories;
using static TorchSharp.torch;

namespace Diptych.Tests.DreamBooth;

public sealed class DreamBoothExportTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_exported_folder_draws_the_same_picture(bool textEncoder)
    {
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        using var sd = StableDiffusion.Load(LabTraining.Model);
        using (no_grad())
        {
            sd.UNet.parameters().First().mul_(1.25);
            if (textEncoder)
            {
                sd.TextEncoder.parameters().Last().mul_(1.25);
            }
        }

        DreamBoothExport.Write(sd, textEncoder, folder.Path);

        using var loaded = StableDiffusion.Load(folder.Path);
        var options = new GenerationOptions { Steps = 2, GuidanceScale = 3 };
        Assert.Equal(sd.Generate(["a red dog"], 1, options).data<float>().ToArray(), loaded.Generate(["a red dog"], 1, options).data<float>().ToArray());
        using var before = SafetensorsFile.Open(sd.Folder.Weights("text_encoder"));
        using var after = SafetensorsFile.Open(loaded.Folder.Weights("text_encoder"));
        Assert.Equal(before.Entries.Keys.Where(k => !k.EndsWith("position_ids", StringComparison.Ordinal)).Order(), after.Entries.Keys.Order());
    }
}
