using Diptych.Common;
using Diptych.Common.Pipelines;
using Diptych.Common.Weights;
using Diptych.Tests.Cli;
using static TorchSharp.torch;

namespace Diptych.Tests.Common.Pipelines;

public sealed class ModelFolderTests
{
    private const string Unet = "unet/diffusion_pytorch_model.safetensors";

    [Fact]
    public void A_folder_of_shards_and_variants_loads_like_the_plain_one()
    {
        using var scratch = new ScratchFolder();
        using var scope = NewDisposeScope();
        var copy = LabCopy.Of(scratch, folder =>
        {
            Split(Path.Combine(folder, Unet));
            File.Move(Path.Combine(folder, "vae", "diffusion_pytorch_model.safetensors"), Path.Combine(folder, "vae", "diffusion_pytorch_model.fp16.safetensors"));
        });

        using var odd = StableDiffusion.Load(copy);
        using var plain = StableDiffusion.Load(LabCopy.Model);

        Assert.Equal(plain.UNet.state_dict().Values.Select(t => t.sum().item<float>()), odd.UNet.state_dict().Values.Select(t => t.sum().item<float>()));
        Assert.Equal(plain.Vae.state_dict().Values.Select(t => t.sum().item<float>()), odd.Vae.state_dict().Values.Select(t => t.sum().item<float>()));
        Assert.Equal(2, odd.Source.WeightFiles("unet").Count);
        Assert.Equal(plain.Source.Hash("vae"), odd.Source.Hash("vae"));
        Assert.NotEqual(plain.Source.Hash("unet"), odd.Source.Hash("unet"));
    }

    [Fact]
    public void A_copy_with_new_weights_holds_no_old_ones()
    {
        using var scratch = new ScratchFolder();
        using var scope = NewDisposeScope();
        var copy = LabCopy.Of(scratch, folder => Split(Path.Combine(folder, Unet)));
        using var one = ones(1);

        ModelSource.Open(copy).CopyTo(scratch["target"], ["unet"], (component, path) =>
        {
            Assert.Equal(scratch["target", "unet", "diffusion_pytorch_model.safetensors"], path);
            SafetensorsWriter.Write(path, [KeyValuePair.Create("x", one)]);
        });

        Assert.Equal(["config.json", "diffusion_pytorch_model.safetensors"], Directory.GetFiles(scratch["target", "unet"]).Select(Path.GetFileName).Order());
    }

    [Fact]
    public void A_folder_with_a_single_file_points_to_it()
    {
        using var scratch = new ScratchFolder();
        File.WriteAllText(scratch["model.ckpt"], "");

        Assert.Contains("model.ckpt", Assert.Throws<DiptychException>(() => ModelSource.Open(scratch.Root)).Message, StringComparison.Ordinal);
    }

    private static void Split(string path)
    {
        var folder = Path.GetDirectoryName(path)!;
        using (var whole = SafetensorsFile.Open(path))
        {
            var halves = whole.Entries.Keys.Order(StringComparer.Ordinal).Chunk((whole.Entries.Count + 1) / 2).ToList();
            for (var i = 0; i < halves.Count; i++)
            {
                SafetensorsWriter.Write(Path.Combine(folder, $"part-{i}.safetensors"), halves[i].Select(n => KeyValuePair.Create(n, whole.Read(n))));
            }

            var map = string.Join(',', halves.SelectMany((half, i) => half.Select(n => $"\"{n}\":\"part-{i}.safetensors\"")));
            File.WriteAllText(path + ".index.json", $"{{\"weight_map\":{{{map}}}}}");
        }

        File.Delete(path);
    }
}
