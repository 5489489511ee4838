using System.Text.Json.Nodes;
using Diptych.Common.Diffusion;

namespace Diptych.Common.SingleFile;

/// <summary>What the published models of each family have beside their weights: sizes, schedulers, the index.</summary>
internal static class StandardConfigs
{
    /// <summary>Pixels a side the family's models draw.</summary>
    public static int Pixels(CheckpointFamily family, PredictionType prediction) => (family, prediction) switch
    {
        (CheckpointFamily.StableDiffusionXL, _) => 1024,
        (CheckpointFamily.StableDiffusion2, PredictionType.VPrediction) => 768,
        _ => 512,
    };

    /// <summary>What latents are multiplied by.</summary>
    public static double ScalingFactor(CheckpointFamily family) => family == CheckpointFamily.StableDiffusionXL ? 0.13025 : 0.18215;

    /// <summary>diffusers' name of what a network predicts.</summary>
    public static string NameOf(PredictionType prediction) => prediction switch { PredictionType.VPrediction => "v_prediction", PredictionType.Sample => "sample", _ => "epsilon" };

    /// <summary><c>scheduler_config.json</c>.</summary>
    /// <param name="family">The family.</param>
    /// <param name="prediction">What the network predicts.</param>
    /// <param name="zeroTerminalSnr">Whether it was trained to start from pure noise.</param>
    public static JsonObject Scheduler(CheckpointFamily family, PredictionType prediction, bool zeroTerminalSnr)
    {
        var v = prediction == PredictionType.VPrediction;
        var config = new JsonObject
        {
            ["_class_name"] = family == CheckpointFamily.StableDiffusionXL ? "EulerDiscreteScheduler" : v ? "DDIMScheduler" : "PNDMScheduler",
            ["beta_end"] = 0.012,
            ["beta_schedule"] = "scaled_linear",
            ["beta_start"] = 0.00085,
            ["num_train_timesteps"] = 1000,
            ["prediction_type"] = NameOf(prediction),
            ["steps_offset"] = 1,
            ["timestep_spacing"] = zeroTerminalSnr ? "trailing" : "leading",
            ["trained_betas"] = null,
        };
        if (zeroTerminalSnr)
        {
            config["rescale_betas_zero_snr"] = true;
        }

        foreach (var (key, value) in Own(family, v))
        {
            config[key] = value;
        }

        return config;
    }

    /// <summary><c>model_index.json</c>.</summary>
    public static JsonObject Index(CheckpointFamily family, string scheduler)
    {
        var xl = family == CheckpointFamily.StableDiffusionXL;
        JsonArray Entry(string library, string type) => new(library, type);
        var index = new JsonObject
        {
            ["_class_name"] = xl ? "StableDiffusionXLPipeline" : "StableDiffusionPipeline",
            ["_diffusers_version"] = "0.27.0",
            ["scheduler"] = Entry("diffusers", scheduler),
            ["text_encoder"] = Entry("transformers", "CLIPTextModel"),
            ["tokenizer"] = Entry("transformers", "CLIPTokenizer"),
            ["unet"] = Entry("diffusers", "UNet2DConditionModel"),
            ["vae"] = Entry("diffusers", "AutoencoderKL"),
        };
        if (xl)
        {
            index["force_zeros_for_empty_prompt"] = true;
            index["text_encoder_2"] = Entry("transformers", "CLIPTextModelWithProjection");
            index["tokenizer_2"] = Entry("transformers", "CLIPTokenizer");
        }
        else
        {
            index["feature_extractor"] = new JsonArray(null, null);
            index["requires_safety_checker"] = false;
            index["safety_checker"] = new JsonArray(null, null);
        }

        return index;
    }

    private static IEnumerable<(string Key, JsonNode? Value)> Own(CheckpointFamily family, bool v) => (family, v) switch
    {
        (CheckpointFamily.StableDiffusionXL, _) => [("interpolation_type", "linear"), ("use_karras_sigmas", false)],
        (_, true) => [("clip_sample", false), ("set_alpha_to_one", false)],
        _ => [("set_alpha_to_one", false), ("skip_prk_steps", true)],
    };
}
