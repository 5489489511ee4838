using System.Globalization;
using System.Text.Json;
using Diptych.Common.Diffusion;
using Diptych.Common.Pipelines;
using Diptych.Common.Products;
using Diptych.Common.Unet;
using Diptych.Common.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace Diptych.Tests.Common.Pipelines;

[Trait("Tier", "Recipe")]
public sealed class StableDiffusionTests
{
    public static TheoryData<string> References
    {
        get
        {
            string[] found = Directory.Exists(PipelineFolder) ? Directory.GetFiles(PipelineFolder, "sd*-*.safetensors") : ["sd1-default", "sd2-default", "sdxl-default"];
            return new TheoryData<string>(found.Select(f => Path.GetFileNameWithoutExtension(f)).Order(StringComparer.Ordinal).ToArray());
        }
    }

    private static string PipelineFolder => Path.Combine(Fixtures.Shared, "fixtures", "pipelines");

    private static string LabModelFolder => Path.Combine(Fixtures.Repository, "models", "lab", "model");

    [Theory]
    [MemberData(nameof(References))]
    public void Final_latents_and_pictures_are_the_references(string name)
    {
        using var golden = SafetensorsFile.Open(Fixtures.Require("fixtures", "pipelines", name + ".safetensors"));
        using var scope = NewDisposeScope();
        using var sd = StableDiffusion.Load(Fixtures.Require("fixtures", "models", "tiny-" + name.Split('-')[0]));
        string Text(string key) => golden.Metadata[key];
        int[] Pair(string key, int[] fallback) => golden.Metadata.TryGetValue(key, out var text) ? JsonSerializer.Deserialize<int[]>(text) ?? fallback : fallback;
        int[] drawn = [int.Parse(Text("height"), CultureInfo.InvariantCulture), int.Parse(Text("width"), CultureInfo.InvariantCulture)];
        var (original, crop, target) = (Pair("original_size", drawn), Pair("crops_coords_top_left", [0, 0]), Pair("target_size", drawn));
        var options = new GenerationOptions
        {
            Steps = int.Parse(Text("num_inference_steps"), CultureInfo.InvariantCulture),
            GuidanceScale = double.Parse(Text("guidance_scale"), CultureInfo.InvariantCulture),
            Height = drawn[0],
            Width = drawn[1],
            Sizes = new SizeConditioning(original[0], original[1], crop[0], crop[1], target[0], target[1]),
            Scheduler = SchedulerConfig.Parse(name, Text("scheduler")),
        };

        var latents = sd.Sample(
            JsonSerializer.Deserialize<string[]>(Text("prompt"))!, golden.Read("initial"), options, negativePrompts: JsonSerializer.Deserialize<string[]>(Text("negative_prompt"))!);

        Close.OfLargest(golden.Read("final"), latents, 1e-3, "final latents");
        Close.Absolute(golden.Read("images"), (sd.Decode(latents) / 2 + 0.5).permute(0, 2, 3, 1), 1e-2, "pictures");
    }

    [Theory]
    [InlineData("committed")]
    [InlineData("shared")]
    public void A_laboratory_model_draws_what_is_on_record_for_it(string source)
    {
        string Of(string extension) => source == "committed" ? Fixtures.Golden("pipelines", "lab" + extension) : Fixtures.Require("lab", "goldens", "pipeline" + extension);
        using var golden = SafetensorsFile.Open(Of(".safetensors"));
        using var prompts = JsonDocument.Parse(File.ReadAllText(Of(".json")));
        using var scope = NewDisposeScope();
        using var sd = StableDiffusion.Load(source == "committed" ? LabModelFolder : Fixtures.Require("lab", "model"));
        var texts = prompts.RootElement.GetProperty("prompts").EnumerateArray().Select(p => p.GetString()!).ToArray();
        var options = new GenerationOptions
        {
            Steps = prompts.RootElement.GetProperty("num_inference_steps").GetInt32(),
            GuidanceScale = prompts.RootElement.GetProperty("guidance_scale").GetDouble(),
        };

        Assert.Equal(golden.Read("input_ids").data<long>().ToArray(), sd.Tokenize(texts).Ids[0].data<long>().ToArray());
        using var noGradient = no_grad();
        Close.OfLargest(golden.Read("text_rows"), sd.EncodePrompts(texts).Text, 1e-4, "text rows");
        var latents = sd.Sample(texts, golden.Read("initial_latents"), options);

        Close.OfLargest(golden.Read("final_latents"), latents, 1e-2, "final latents");
        if (golden.Entries.ContainsKey("timesteps"))
        {
            Assert.Equal(golden.Read("timesteps").data<long>().Select(t => (double)t), Sampler.Timesteps(SamplerKind.Ddim, sd.Scheduler, options.Steps));
        }

        var pictures = golden.Read("images");
        Close.OfLargest(pictures, sd.Vae.Decode(latents / sd.Vae.Config.ScalingFactor).slice(0, 0, pictures.shape[0], 1), 1e-2, "pictures");
    }

    [Fact]
    public void A_picture_depends_on_its_seed_and_prompt_and_not_on_what_is_drawn_beside_it()
    {
        using var scope = NewDisposeScope();
        using var sd = StableDiffusion.Load(LabModelFolder);
        var options = new GenerationOptions { Steps = 3, GuidanceScale = 3 };

        var together = sd.Generate(["a photo of a red dog", "a photo of a blue car"], seed: 5, options, cancellation: TestContext.Current.CancellationToken);
        var alone = sd.Generate(["a photo of a blue car"], seed: 5, options, firstPicture: 1, cancellation: TestContext.Current.CancellationToken);
        var again = sd.Generate(["a photo of a red dog", "a photo of a blue car"], seed: 5, options, cancellation: TestContext.Current.CancellationToken);

        Assert.Equal(again.data<float>().ToArray(), together.data<float>().ToArray());
        // One picture or two a batch take other paths through the matrix kernels: equal but for rounding.
        Close.Absolute(alone[0], together[1], 1e-3);
    }

    [Fact]
    public void A_stochastic_samplers_noise_belongs_to_the_picture_wherever_it_is_drawn()
    {
        using var scope = NewDisposeScope();
        using var sd = StableDiffusion.Load(LabModelFolder);
        var options = new GenerationOptions { Steps = 3, GuidanceScale = 1, Sampler = SamplerKind.Ddpm };
        string[] prompts = ["a photo of a red dog", "a photo of a red dog"];
        var latents = stack([sd.InitialLatents(5, 0, options), sd.InitialLatents(5, 0, options)]);

        var together = sd.Generate(prompts, latents, options, samplerSeed: 5);
        var second = sd.Generate(prompts[1..], latents[1..], options, samplerSeed: 5, firstPicture: 1);
        var seeded = sd.Generate(prompts, 5, options);
        var secondSeeded = sd.Generate(prompts[1..], 5, options, firstPicture: 1);

        // The same latents and prompt: all that tells the two apart is the sampler's noise.
        Assert.True(Close.MaxDifference(together[0], together[1]) > 1e-2);
        Close.Absolute(together[1], second[0], 1e-3);
        Close.Absolute(seeded[1], secondSeeded[0], 1e-3);
        Assert.Equal(together.data<float>().ToArray(), sd.Generate(prompts, latents, options, samplerSeed: 5, firstPicture: 0).data<float>().ToArray());
    }

    [Fact]
    public void Drawing_stops_after_the_step_in_which_it_is_told_to()
    {
        using var sd = StableDiffusion.Load(LabModelFolder);
        using var stop = new CancellationTokenSource();
        var done = 0;
        void StopAtFirst(int step, int _)
        {
            done = step;
            stop.Cancel();
        }

        Assert.Throws<OperationCanceledException>(() => sd.Generate(["a dog"], 1, new GenerationOptions { Steps = 5, GuidanceScale = 1 }, progress: StopAtFirst, cancellation: stop.Token));

        Assert.Equal(1, done);
    }

    [Fact]
    public void Without_a_negative_prompt_XL_is_guided_away_from_zeros_and_not_from_the_empty_prompt()
    {
        using var scope = NewDisposeScope();
        using var sd = StableDiffusion.Load(Fixtures.Require("fixtures", "models", "tiny-sdxl"));
        Assert.True(sd.Source.ForceZerosForEmptyPrompt);
        var options = new GenerationOptions { Steps = 2, GuidanceScale = 5, Height = 64, Width = 64 };
        var initial = stack([sd.InitialLatents(1, 0, options)]);
        var prompt = sd.EncodePrompts(["a dog"]) with { TimeIds = sd.TimeIds([SizeConditioning.Whole(64, 64)]) };
        var both = PromptConditioning.Concat([prompt.WithoutText(), prompt]);
        // As while drawing, or sums round otherwise.
        using var kept = KeptKernels.Of(sd.UNet);

        var expected = Sampler.Sample(sd.Scheduler.Sampler, sd.Scheduler, options.Steps, initial, (sample, timestep) =>
        {
            var halves = sd.UNet.forward(cat([sample, sample]), timestep, both).chunk(2);
            return Guidance.Apply(halves[0], halves[1], options.GuidanceScale);
        });

        Close.Absolute(expected, sd.Sample(["a dog"], initial, options), 0, "zeros");
        Assert.True(Close.MaxDifference(expected, sd.Sample(["a dog"], initial, options with { NegativePrompt = "" })) > 1e-3);
    }

    [Fact]
    public void XL_is_told_the_sizes_it_draws_unless_others_are_asked_for()
    {
        using var scope = NewDisposeScope();
        using var sd = StableDiffusion.Load(Fixtures.Require("fixtures", "models", "tiny-sdxl"));
        var options = new GenerationOptions { Steps = 2, Height = 64, Width = 128 };
        var initial = stack([sd.InitialLatents(1, 0, options)]);
        var plain = sd.Sample(["a dog"], initial, options);

        Close.Absolute(plain, sd.Sample(["a dog"], initial, options with { Sizes = SizeConditioning.Whole(64, 128) }), 0, "the sizes drawn");
        var cropped = sd.Sample(["a dog"], initial, options with { Sizes = SizeConditioning.Whole(64, 128) with { CropTop = 40 } });
        Assert.True(Close.MaxDifference(plain, cropped) > 1e-3);
    }

    [Fact]
    public void Drawing_leaves_no_tensor_behind()
    {
        using var sd = StableDiffusion.Load(LabModelFolder);
        var options = new GenerationOptions { Steps = 2, GuidanceScale = 3 };
        long Live()
        {
            sd.Generate(["a dog"], seed: 1, options).Dispose();
            return DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        }

        var first = Live();
        Live();

        Assert.Equal(first, Live());
    }

    [Theory]
    [InlineData(100, 128, "multiples of 8")]
    [InlineData(0, 128, "multiples of 8")]
    public void Sizes_the_model_cannot_draw_are_refused(int height, int width, string expected)
    {
        using var sd = StableDiffusion.Load(LabModelFolder);

        var error = Assert.Throws<Diptych.Common.DiptychException>(() => sd.Generate(["a dog"], 1, new GenerationOptions { Height = height, Width = width }, cancellation: TestContext.Current.CancellationToken));

        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_learned_word_of_another_width_is_refused()
    {
        using var scope = NewDisposeScope();
        using var sd = StableDiffusion.Load(LabModelFolder);

        var error = Assert.Throws<Diptych.Common.DiptychException>(() => sd.AddConcept("<x>", zeros(1, 768)));

        Assert.Contains("768", error.Message, StringComparison.Ordinal);
        Assert.Contains("160", error.Message, StringComparison.Ordinal);
    }
}
