using System.Globalization;

namespace Diptych.Common.Pipelines;

/// <summary>Whether denoiser, text encoders and autoencoder are of one model.</summary>
internal static class FittingParts
{
    /// <summary>Checks a pipeline's parts.</summary>
    /// <exception cref="DiptychException">Two do not fit; the message names the one that is wrong.</exception>
    public static void Require(StableDiffusion model)
    {
        if (model.UNet.Config.CrossAttentionDim != model.Text.Width)
        {
            throw new DiptychException($"{model.Source.Place("unet")}: cross_attention_dim {model.UNet.Config.CrossAttentionDim} does not fit the {(model.Text.Encoders.Count > 1 ? "text encoders' hidden_size together" : "text encoder's hidden_size")} {model.Text.Width}: use the components of one model.");
        }

        if (model.UNet.Config.Added?.PooledWidth != model.Text.PooledWidth)
        {
            throw new DiptychException($"{model.Source.Place("unet")}: projection_class_embeddings_input_dim {model.UNet.Config.Added?.InputWidth.ToString(CultureInfo.InvariantCulture) ?? "null"} does not fit the text encoders' projection_dim {model.Text.PooledWidth?.ToString(CultureInfo.InvariantCulture) ?? "null"}: use the components of one model.");
        }

        if (model.UNet.Config.InChannels != model.Vae.Config.LatentChannels)
        {
            throw new DiptychException($"{model.Source.Place("unet")}: in_channels {model.UNet.Config.InChannels} does not fit the VAE's latent_channels {model.Vae.Config.LatentChannels}: inpainting and depth models are not supported; use a text-to-image model.");
        }
    }
}
