using System.Text.Json;
using Diptych.Common.Clip;
using Diptych.Common.Pipelines;
using Diptych.Common.Runtime;
using Diptych.Common.Text;
using Diptych.Common.Weights;
using Diptych.Lab.Judges;
using static TorchSharp.torch;

namespace Diptych.Tests.Lab;

/// <summary>
/// Writes what the embedded model and its judges answer to the tests' own goldens, so that a change of the code shows in a fresh clone. The reference
/// knows other weights of this laboratory (<c>shared/lab</c>): run this after new weights were released, on a checkout whose tests against the shared
/// fixtures hold, with <c>dotnet test -c Release -- --filter-class Diptych.Tests.Lab.EmbeddedGoldens --explicit only</c>.
/// </summary>
public sealed class EmbeddedGoldens
{
    private static string Folder { get; } = Path.Combine(Fixtures.Repository, "tests", "Goldens");

    [Fact(Explicit = true)]
    public void Write_what_the_embedded_model_answers()
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using var model = StableDiffusion.Load(LabFiles.Model.Model);
        Pipeline(model);
        Denoiser(model);
        Autoencoder(model);
        Judges();
        Assert.True(File.Exists(Path.Combine(Folder, "lab", "judges.safetensors")));
    }

    private static void Pipeline(StableDiffusion model)
    {
        using var prompts = JsonDocument.Parse(File.ReadAllText(Path.Combine(Folder, "pipelines", "lab.json")));
        var texts = prompts.RootElement.GetProperty("prompts").EnumerateArray().Select(p => p.GetString()!).ToArray();
        var options = new GenerationOptions
        {
            Steps = prompts.RootElement.GetProperty("num_inference_steps").GetInt32(), GuidanceScale = prompts.RootElement.GetProperty("guidance_scale").GetDouble(),
        };
        var initial = Latents("pipelines", "initial_latents", model);
        var latents = model.Sample(texts, initial, options);
        Write("pipelines", new()
        {
            ["input_ids"] = model.Tokenize(texts).Ids[0], ["initial_latents"] = initial, ["text_rows"] = model.EncodePrompts(texts).Text, ["final_latents"] = latents,
            ["images"] = model.Vae.Decode(latents / model.Vae.Config.ScalingFactor).narrow(0, 0, 1),
        });
    }

    private static void Denoiser(StableDiffusion model)
    {
        var (sample, timestep) = (Latents("unet", "sample", model), Kept("unet", "timestep"));
        var text = model.EncodePrompts(["a photo of a red striped teapot", "a sks dog walking on the beach", "sks", ""]).Text;
        Write("unet", new() { ["sample"] = sample, ["timestep"] = timestep, ["encoder_hidden_states"] = text, ["output"] = model.UNet.call(sample, timestep, new(text)) });
    }

    private static void Autoencoder(StableDiffusion model)
    {
        var picture = Kept("vae", "picture");
        var posterior = model.Vae.Encode((picture.permute(0, 3, 1, 2).to(ScalarType.Float32) / 127.5) - 1);
        Write("vae", new() { ["picture"] = picture, ["moments"] = cat([posterior.Mean, posterior.LogVariance], 1), ["decoded"] = model.Vae.Decode(posterior.Mean) });
    }

    private static void Judges()
    {
        using var truth = JsonDocument.Parse(File.ReadAllText(LabFiles.Model.RenderAttributes));
        var captions = truth.RootElement.GetProperty("captions").EnumerateArray().Select(caption => caption.GetString()!).ToArray();
        var pictures = LabFiles.Renders();
        using var clip = ClipModel.Load(LabFiles.Model.MiniClip);
        using var oracle = Oracle.Load(LabFiles.Model.Oracle);
        using var dino = MiniDinoJudge.Load(LabFiles.Model.MiniDino);
        var ids = ClipTokenizer.Load(LabFiles.Model.Tokenizer).EncodeBatch(captions);
        var reading = oracle.Read(pictures);
        var tensors = reading.Heads.ToDictionary(head => "oracle." + head, head => stack([.. Enumerable.Range(0, reading.Count).Select(picture => tensor(reading.Output(head, picture).ToArray()))]));
        tensors["clip.input_ids"] = ids;
        tensors["clip.text_embeds"] = clip.TextFeatures(ids);
        tensors["clip.image_embeds"] = clip.ImageFeatures(nn.functional.avg_pool2d(pictures, 2));
        tensors["dino.features"] = dino.Features(pictures);
        SafetensorsWriter.Write(Path.Combine(Folder, "lab", "judges.safetensors"), tensors);
    }

    // Drawn anew where the released model's latents have other channels than the goldens'.
    private static Tensor Latents(string part, string name, StableDiffusion model)
    {
        var (kept, channels) = (Kept(part, name), model.UNet.Config.InChannels);
        return kept.size(1) == channels ? kept : new RandomStream(0, RandomPurpose.Noise, kept.size(0)).Normal([kept.size(0), channels, .. kept.shape[2..]]);
    }

    // Inputs stay as they are; they were drawn once.
    private static Tensor Kept(string part, string name)
    {
        using var file = SafetensorsFile.Open(Fixtures.Golden(part, "lab.safetensors"));
        return file.Read(name);
    }

    private static void Write(string part, Dictionary<string, Tensor> tensors) => SafetensorsWriter.Write(Path.Combine(Folder, part, "lab.safetensors"), tensors);
}
