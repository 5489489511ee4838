using Diptych.Common;
using Diptych.Common.Diffusion;
using Diptych.Common.SingleFile;
using Diptych.Common.Weights;
using static TorchSharp.torch;

namespace Diptych.Tests.Common.SingleFile;

public sealed class SingleFileCheckpointTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("diptych-single-");

    public static TheoryData<string, string, string> Layouts
    {
        get
        {
            var data = new TheoryData<string, string, string>();
            foreach (var model in (string[])["sd1", "sd2", "sdxl"])
            {
                data.Add(model, "committed", "model.safetensors");
                data.Add(model, "shared", "model.ckpt");
            }

            return data;
        }
    }

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [MemberData(nameof(Layouts))]
    public void Every_tensor_comes_back_bit_for_bit_under_diffusers_names(string model, string source, string file)
    {
        using var scope = NewDisposeScope();
        var layout = RecordedTensor.Read(model, source);
        var path = Write(file, SingleFiles.Make(layout, SingleFiles.Numbers));
        var expected = layout.SelectMany(t => t.From.Select(f => (Name: f, Shape: t.PartShape))).ToDictionary(t => t.Name, t => t.Shape);

        var checkpoint = SingleFileCheckpoint.Open(path);

        Assert.Equal(RecordedTensor.Family(model), checkpoint.Family);
        Assert.Empty(checkpoint.LeftOut);
        Assert.Equal(expected.Keys.Select(n => n.Split('/')[0]).Distinct().Order(), checkpoint.Networks.Order());
        foreach (var network in checkpoint.Networks)
        {
            using var weights = checkpoint.OpenWeights(network);
            Assert.Equal(expected.Keys.Where(n => n.StartsWith(network + "/", StringComparison.Ordinal)).Order(), weights.Entries.Keys.Select(n => $"{network}/{n}").Order());
            foreach (var entry in weights.Entries.Values)
            {
                using var read = weights.Read(entry.Name);
                var full = $"{network}/{entry.Name}";
                Assert.Equal(expected[full], read.shape);
                Assert.True(SingleFiles.Numbers(full, expected[full]).equal(read).all().item<bool>(), full);
            }
        }
    }

    [Theory]
    [InlineData("sd1")]
    [InlineData("sd2")]
    [InlineData("sdxl")]
    public void Files_made_of_the_tiny_models_hold_their_weights(string model)
    {
        using var scope = NewDisposeScope();
        var tiny = new TinyModel(Fixtures.Require("fixtures", "models", "tiny-" + model));
        var path = Write("model.safetensors", SingleFiles.Make(RecordedTensor.Read(model, "shared"), (name, _) => tiny.Read(name)));

        var checkpoint = SingleFileCheckpoint.Open(path);

        foreach (var network in checkpoint.Networks)
        {
            using var weights = checkpoint.OpenWeights(network);
            foreach (var name in weights.Entries.Keys)
            {
                using var read = weights.Read(name);
                var original = tiny.Read($"{network}/{name}");
                Assert.Equal(original.dtype, read.dtype);
                Assert.True(original.reshape(read.shape).equal(read).all().item<bool>(), name);
            }
        }
    }

    [Fact]
    public void Names_of_published_files_are_understood()
    {
        // OpenCLIP's own: the stack under "transformer", one block more than is used, the projection transposed and without ".weight".
        using var scope = NewDisposeScope();
        var names = new OpenClipNames(layers: 1, projection: true);
        WeightEntry Entry(string name, params long[] shape) => new(Ldm.SecondTextOfXl + name, "F32", ScalarType.Float32, shape);

        Assert.Equal("text_model.encoder.layers.0.layer_norm2.bias", Assert.Single(names.Convert("transformer.resblocks.0.ln_2.bias", Entry("", 4))!).Name);
        Assert.Empty(names.Convert("transformer.resblocks.1.ln_2.bias", Entry("", 4))!);
        Assert.Empty(names.Convert("logit_scale", Entry(""))!);
        Assert.Null(names.Convert("transformer.resblocks.0.unheard_of", Entry("", 4)));
        var (name, recipe) = Assert.Single(names.Convert("text_projection", Entry("text_projection", 4, 3))!);
        Assert.Equal("text_projection.weight", name);
        Assert.True(recipe.Transposed);
        Assert.Equal([3L, 4], recipe.Shape);

        var path = Write("projection.safetensors", new() { ["p"] = arange(12, dtype: ScalarType.Float32).reshape(4, 3) });
        using var weights = new ConvertedWeights(WeightFile.Open(path), new Dictionary<string, TensorRecipe> { ["q"] = new("p", [3, 4], Transposed: true) });
        Assert.Equal([0f, 3, 6, 9, 1, 4, 7, 10, 2, 5, 8, 11], weights.Read("q").data<float>().ToArray());
        using var part = empty(2);
        weights.ReadInto("q", part, first: 4);
        Assert.Equal([1f, 4f], part.data<float>().ToArray());
    }

    [Fact]
    public void Averaged_copies_and_tables_of_the_training_are_left_out_and_listed()
    {
        using var scope = NewDisposeScope();
        var tensors = SingleFiles.Make(RecordedTensor.Read("sd1", "committed"), SingleFiles.Numbers);
        tensors["alphas_cumprod"] = ones(1000);
        tensors["model_ema.decay"] = ones(1);
        tensors["cond_stage_model.transformer.text_model.embeddings.position_ids"] = arange(77);
        tensors["first_stage_model.loss.logvar"] = ones(1);

        Assert.Equal(["alphas_cumprod", "model_ema.decay"], SingleFileCheckpoint.Open(Write("model.safetensors", tensors)).LeftOut);
    }

    [Theory]
    [InlineData(9, "an inpainting variant of Stable Diffusion 1")]
    [InlineData(8, "an InstructPix2Pix variant of Stable Diffusion 1")]
    [InlineData(5, "a depth-to-image variant of Stable Diffusion 1")]
    public void Variants_are_refused_by_name(int channels, string expected)
    {
        using var scope = NewDisposeScope();
        var tensors = SingleFiles.Make(RecordedTensor.Read("sd1", "committed"), SingleFiles.Numbers);
        tensors[Ldm.Unet + "input_blocks.0.0.weight"] = zeros(32, channels, 3, 3);

        Refused(expected, tensors);
    }

    [Fact]
    public void A_tensor_no_such_network_has_is_named()
    {
        using var scope = NewDisposeScope();
        var tensors = SingleFiles.Make(RecordedTensor.Read("sd1", "committed"), SingleFiles.Numbers);
        tensors[Ldm.Unet + "input_blocks.1.1.adapter.weight2"] = zeros(1);
        tensors[Ldm.Unet + "pose_guider.weight"] = zeros(1);

        Refused("pose_guider.weight", tensors);
    }

    [Theory]
    [InlineData("the refiner of Stable Diffusion XL", "conditioner.embedders.0.model.ln_final.weight", "model.diffusion_model.input_blocks.0.0.weight", "first_stage_model.quant_conv.weight")]
    [InlineData("Stable Diffusion 3", "model.diffusion_model.joint_blocks.0.x_block.attn.qkv.weight", "first_stage_model.decoder.conv_in.weight")]
    [InlineData("Flux", "double_blocks.0.img_attn.qkv.weight", "single_blocks.0.linear1.weight")]
    [InlineData("Flux", "model.diffusion_model.double_blocks.0.img_attn.qkv.weight", "first_stage_model.decoder.conv_in.weight")]
    [InlineData("Stable Cascade", "clip_txt_mapper.weight", "down_blocks.0.0.channelwise.0.weight")]
    [InlineData("a LoRA", "lora_unet_down_blocks_0_attentions_0_proj_in.lora_down.weight")]
    [InlineData("a LoRA", "unet.down_blocks.0.attentions.0.transformer_blocks.0.attn1.to_q.lora_A.weight")]
    [InlineData("a LoRA", "lora_transformer_double_blocks.0.img_attn.lora_up.weight")]
    [InlineData("a learned word", "emb_params")]
    [InlineData("a learned word", "clip_l", "clip_g")]
    [InlineData("a VAE alone", "encoder.conv_in.weight", "decoder.conv_in.weight")]
    [InlineData("a VAE alone", "first_stage_model.decoder.conv_in.weight")]
    [InlineData("a ControlNet", "control_model.input_blocks.0.0.weight")]
    [InlineData("a ControlNet", "controlnet_cond_embedding.conv_in.weight", "conv_in.weight", "down_blocks.0.resnets.0.conv1.weight")]
    [InlineData("a UNet alone", "model.diffusion_model.input_blocks.0.0.weight")]
    [InlineData("a UNet alone, in diffusers' names", "conv_in.weight", "down_blocks.0.resnets.0.conv1.weight")]
    [InlineData("a text encoder alone", "text_model.encoder.layers.0.mlp.fc1.weight")]
    [InlineData("Stable Video Diffusion", "model.diffusion_model.input_blocks.1.0.time_stack.in_layers.0.weight")]
    [InlineData("Playground 2.5", "edm_mean", "conditioner.embedders.1.model.ln_final.weight", "model.diffusion_model.x", "first_stage_model.x")]
    [InlineData("no Stable Diffusion checkpoint of a known layout", "something.else")]
    public void Files_of_another_kind_are_refused_by_name(string expected, params string[] names)
    {
        using var scope = NewDisposeScope();
        Refused(expected, names.ToDictionary(n => n, _ => zeros(2, 2)));
    }

    [Fact]
    public void What_a_network_of_the_second_family_predicts_is_found_out()
    {
        using var scope = NewDisposeScope();
        Dictionary<string, Tensor> Two() => SingleFiles.Make(RecordedTensor.Read("sd2", "committed"), SingleFiles.Numbers);
        DetectedPrediction Of(Dictionary<string, Tensor> tensors, IReadOnlyDictionary<string, string>? metadata = null)
        {
            SafetensorsWriter.Write(In("two.safetensors"), tensors, metadata);
            return SingleFileCheckpoint.Open(In("two.safetensors")).Prediction;
        }

        const string bias = Ldm.Unet + "output_blocks.11.1.transformer_blocks.0.norm1.bias";
        var quiet = Two();
        quiet[bias] = zeros_like(quiet[bias]);

        Assert.Equal(PredictionType.VPrediction, Of(Two()).Type);
        Assert.True(Of(Two()).IsGuess);
        Assert.Equal(PredictionType.Epsilon, Of(quiet).Type);
        Assert.Equal(PredictionType.VPrediction, Of(quiet, new Dictionary<string, string> { ["modelspec.prediction_type"] = "v" }).Type);
        quiet["v_pred"] = zeros(0);
        Assert.Equal(PredictionType.VPrediction, Of(quiet).Type);

        // As the file of 2.0-base counts its steps, whatever the statistics say.
        SingleFiles.WriteCkpt(In("base.ckpt"), Two());
        Assert.Equal(PredictionType.Epsilon, SingleFileCheckpoint.Open(In("base.ckpt")).Prediction.Type);
        File.WriteAllText(In("base.yaml"), "model:\n  params:\n    parameterization: \"v\"\n");
        Assert.Equal(PredictionType.VPrediction, SingleFileCheckpoint.Open(In("base.ckpt")).Prediction.Type);
        var asked = SingleFileCheckpoint.Open(In("base.ckpt"), PredictionType.Epsilon);
        Assert.Equal("epsilon", (string?)asked.Scheduler["prediction_type"]);
        Assert.Equal(512, (int)asked.Config("vae")["sample_size"]!);
    }

    private void Refused(string expected, Dictionary<string, Tensor> tensors)
    {
        var path = Write("model.safetensors", tensors);

        var error = Assert.Throws<DiptychException>(() => SingleFileCheckpoint.Open(path));

        Assert.Contains(path, error.Message, StringComparison.Ordinal);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    private string Write(string name, Dictionary<string, Tensor> tensors)
    {
        if (Path.GetExtension(name) == ".ckpt")
        {
            SingleFiles.WriteCkpt(In(name), tensors);
        }
        else
        {
            SingleFiles.WriteSafetensors(In(name), tensors);
        }

        return In(name);
    }

    private string In(string name) => Path.Combine(_folder.FullName, name);
}
