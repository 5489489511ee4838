using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Diptych.Common;
using Diptych.Common.Diffusion;
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
    public void A_copy_lists_no_part_it_does_not_hold()
    {
        using var scratch = new ScratchFolder();
        var copy = LabCopy.Of(scratch, folder => LabCopy.Replace(folder, "model_index.json", WithStockEntries));
        Directory.CreateDirectory(scratch["model", "safety_checker"]);
        var expected = Index(copy);
        expected["feature_extractor"] = new JsonArray(null, null);
        expected["safety_checker"] = new JsonArray(null, null);
        expected["requires_safety_checker"] = false;

        CopyWithoutWeights(ModelSource.Open(copy), scratch["target"]);

        Assert.Equal(expected.ToJsonString(), Index(scratch["target"]).ToJsonString());
        Assert.False(Directory.Exists(scratch["target", "safety_checker"]));
        Assert.All(
            expected.Where(p => p.Value is JsonArray entry && entry[0]?.GetValueKind() == JsonValueKind.String),
            p => Assert.NotEmpty(Directory.GetFiles(scratch["target", p.Key])));
    }

    [Fact]
    public void The_index_of_a_model_that_lists_no_other_parts_is_copied_as_it_is()
    {
        using var scratch = new ScratchFolder();

        CopyWithoutWeights(ModelSource.Open(LabCopy.Model), scratch["target"]);

        Assert.Equal(File.ReadAllText(Path.Combine(LabCopy.Model, "model_index.json")).TrimEnd(), File.ReadAllText(scratch["target", "model_index.json"]));
    }

    [Fact]
    public void A_copy_says_the_prediction_type_that_was_asked_for()
    {
        using var scratch = new ScratchFolder();
        var original = Path.Combine(LabCopy.Model, "scheduler", "scheduler_config.json");

        CopyWithoutWeights(ModelSource.Open(LabCopy.Model), scratch["plain"]);
        CopyWithoutWeights(ModelSource.Open(LabCopy.Model, new ModelOptions { PredictionType = PredictionType.Sample }), scratch["asked"]);

        Assert.Equal(File.ReadAllBytes(original), File.ReadAllBytes(scratch["plain", "scheduler", "scheduler_config.json"]));
        Assert.Equal(PredictionType.Sample, ModelSource.Open(scratch["asked"]).Scheduler().PredictionType);
        Assert.Equal(
            File.ReadAllText(original).Replace("v_prediction", "sample", StringComparison.Ordinal), File.ReadAllText(scratch["asked", "scheduler", "scheduler_config.json"]));
    }

    [Fact]
    public void A_folder_with_a_single_file_points_to_it()
    {
        using var scratch = new ScratchFolder();
        File.WriteAllText(scratch["model.ckpt"], "");

        Assert.Contains("model.ckpt", Assert.Throws<DiptychException>(() => ModelSource.Open(scratch.Root)).Message, StringComparison.Ordinal);
    }

    private static void CopyWithoutWeights(ModelSource source, string target) => source.CopyTo(target, source.Networks, (_, _) => { });

    private static JsonObject Index(string folder) => JsonNode.Parse(File.ReadAllText(Path.Combine(folder, "model_index.json")))!.AsObject();

    // As the published folders of Stable Diffusion 1.5 and 2.x have them; the last is a list, and no part.
    private static byte[] WithStockEntries(byte[] file)
    {
        var index = JsonNode.Parse(file)!.AsObject();
        index["feature_extractor"] = new JsonArray("transformers", "CLIPImageProcessor");
        index["safety_checker"] = new JsonArray("stable_diffusion", "StableDiffusionSafetyChecker");
        index["requires_safety_checker"] = true;
        index["sizes"] = new JsonArray(512, 768);
        return Encoding.UTF8.GetBytes(index.ToJsonString());
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
