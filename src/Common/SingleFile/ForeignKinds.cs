namespace Diptych.Common.SingleFile;

/// <summary>Kinds of files people have that are no Stable Diffusion 1, 2 or XL checkpoint, each with the tensors that tell it apart.</summary>
internal static class ForeignKinds
{
    private const string WholeModel = "give a whole Stable Diffusion 1, 2 or XL checkpoint";
    private const string Unsupported = "only Stable Diffusion 1, 2 and XL are supported";

    // The first that fits is told: adapters of a model often carry its names within theirs, so adapters come first.
    private static readonly (string Kind, string Remedy, Func<IReadOnlyCollection<string>, bool> Is)[] All =
    [
        ("a LoRA", "give the model it belongs to", n => Within(n, ".lora_down.", ".lora_up.", ".lora_A.", ".lora_B.", ".lora.down.", ".lora_linear_layer.", ".hada_w1_a", ".lokr_w1", ".oft_blocks") || Begin(n, "lora_unet_", "lora_te")),
        ("a learned word (a Textual Inversion embedding)", "give a model as --model and this as --embedding", n => n.Count <= 8 && (n.Contains("emb_params") || n.Contains("clip_l") || n.Contains("clip_g") || Begin(n, "string_to_param."))),
        ("an IP-Adapter", WholeModel, n => Begin(n, "ip_adapter.")),
        ("a ControlNet", WholeModel, n => Begin(n, "control_model.") || Within(n, "controlnet_cond_embedding.", "controlnet_down_blocks.", "input_hint_block.")),
        ("a T2I-Adapter", WholeModel, n => Begin(n, "adapter.body.", "body.0.block1.")),
        ("an AnimateDiff motion module", WholeModel, n => Within(n, "motion_modules.")),
        ("Stable Video Diffusion", Unsupported, n => Within(n, ".time_stack.", ".temporal_transformer_blocks.")),
        ("Stable Diffusion 3", Unsupported, n => Within(n, "joint_blocks.")),
        ("Chroma", Unsupported, n => Within(n, "distilled_guidance_layer.")),
        ("HunyuanVideo", Unsupported, n => Within(n, "double_blocks.") && Within(n, "txt_in.individual_token_refiner.")),
        ("Flux", Unsupported, n => Within(n, "double_blocks.") || (Within(n, "single_transformer_blocks.") && Within(n, "x_embedder."))),
        ("Stable Cascade", Unsupported, n => Within(n, "clip_txt_mapper.", "clip_txt_pooled_mapper.", "effnet_mapper.")),
        ("PixArt", Unsupported, n => Within(n, "adaln_single.") || Within(n, "t_block.1.")),
        ("AuraFlow", Unsupported, n => Within(n, "double_layers.")),
        ("HunyuanDiT", Unsupported, n => Within(n, "mlp_t5.0.")),
        ("Lumina", Unsupported, n => Within(n, "cap_embedder.")),
        ("Wan", Unsupported, n => Within(n, "blocks.0.self_attn.norm_q.") && Within(n, "head.modulation")),
        ("Stable Zero123", Unsupported, n => Begin(n, "cc_projection.")),
        ("a depth-to-image model", Unsupported, n => Begin(n, "depth_model.")),
        ("Stable unCLIP", Unsupported, n => Begin(n, "noise_augmentor.", "embedder.model.visual.")),
        ("GLIGEN", Unsupported, n => Within(n, ".fuser.")),
        ("Playground 2.5 (an XL of another noise schedule, EDM)", Unsupported, n => n.Contains("edm_mean")),
        ("a UNet alone, in diffusers' names", "give the model's folder", n => n.Contains("down_blocks.0.resnets.0.conv1.weight") && n.Contains("conv_in.weight")),
        ("a VAE alone", WholeModel, n => !Begin(n, Ldm.Unet) && (n.Contains("decoder.conv_in.weight") || Begin(n, Ldm.Vae))),
        ("a UNet alone", WholeModel, n => (Begin(n, Ldm.Unet) || n.Contains("diffusion_model.input_blocks.0.0.weight") || n.Contains("input_blocks.0.0.weight")) && !Begin(n, Ldm.Vae)),
        ("a text encoder alone", WholeModel, n => !Begin(n, Ldm.Unet) && (Within(n, "text_model.encoder.layers.", "transformer.resblocks.") || Within(n, "encoder.block.0.layer.0.SelfAttention."))),
        ("an upscaler (ESRGAN)", Unsupported, n => n.Contains("conv_first.weight") || n.Contains("model.0.weight")),
    ];

    /// <summary>The kind of a file and what to do about it, or <see langword="null"/> where none is recognised.</summary>
    public static (string Kind, string Remedy)? Of(IReadOnlyCollection<string> names) =>
        All.Where(k => k.Is(names)).Select(k => ((string, string)?)(k.Kind, k.Remedy)).FirstOrDefault();

    private static bool Begin(IReadOnlyCollection<string> names, params string[] starts) => names.Any(n => starts.Any(s => n.StartsWith(s, StringComparison.Ordinal)));

    private static bool Within(IReadOnlyCollection<string> names, params string[] parts) => names.Any(n => parts.Any(p => n.Contains(p, StringComparison.Ordinal)));
}
