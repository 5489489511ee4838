using System.Text.RegularExpressions;

namespace Diptych.Tests.Common.SingleFile;

/// <summary>The way back: diffusers' names to those of the original code, to make files of models there is no recorded layout for.</summary>
internal static class OriginalNames
{
    /// <summary>A UNet's tensor, from the original code's constructor (openaimodel.py): blocks in one row, resampling last in each resolution.</summary>
    public static string Unet(string name, int layers)
    {
        string Resnet(string rest) => rest
            .Replace("norm1.", "in_layers.0.", StringComparison.Ordinal).Replace("conv1.", "in_layers.2.", StringComparison.Ordinal).Replace("time_emb_proj.", "emb_layers.1.", StringComparison.Ordinal)
            .Replace("norm2.", "out_layers.0.", StringComparison.Ordinal).Replace("conv2.", "out_layers.3.", StringComparison.Ordinal).Replace("conv_shortcut.", "skip_connection.", StringComparison.Ordinal);
        string By(string pattern, Func<Match, string> made) => Regex.Replace(name, pattern, m => made(m));
        int N(Match m, int group) => int.Parse(m.Groups[group].Value, System.Globalization.CultureInfo.InvariantCulture);
        return name.Split('.')[0] switch
        {
            "conv_in" => name.Replace("conv_in.", "input_blocks.0.0.", StringComparison.Ordinal),
            "conv_norm_out" => name.Replace("conv_norm_out.", "out.0.", StringComparison.Ordinal),
            "conv_out" => name.Replace("conv_out.", "out.2.", StringComparison.Ordinal),
            "time_embedding" => name.Replace("time_embedding.linear_1.", "time_embed.0.", StringComparison.Ordinal).Replace("time_embedding.linear_2.", "time_embed.2.", StringComparison.Ordinal),
            "add_embedding" => name.Replace("add_embedding.linear_1.", "label_emb.0.0.", StringComparison.Ordinal).Replace("add_embedding.linear_2.", "label_emb.0.2.", StringComparison.Ordinal),
            "mid_block" when name.Contains(".attentions.", StringComparison.Ordinal) => name.Replace("mid_block.attentions.0.", "middle_block.1.", StringComparison.Ordinal),
            "mid_block" => By(@"^mid_block\.resnets\.(\d)\.(.*)", m => $"middle_block.{2 * N(m, 1)}.{Resnet(m.Groups[2].Value)}"),
            "down_blocks" when name.Contains(".resnets.", StringComparison.Ordinal) => By(@"^down_blocks\.(\d)\.resnets\.(\d)\.(.*)", m => $"input_blocks.{1 + N(m, 1) * (layers + 1) + N(m, 2)}.0.{Resnet(m.Groups[3].Value)}"),
            "down_blocks" when name.Contains(".attentions.", StringComparison.Ordinal) => By(@"^down_blocks\.(\d)\.attentions\.(\d)\.(.*)", m => $"input_blocks.{1 + N(m, 1) * (layers + 1) + N(m, 2)}.1.{m.Groups[3].Value}"),
            "down_blocks" => By(@"^down_blocks\.(\d)\.downsamplers\.0\.conv\.(.*)", m => $"input_blocks.{(1 + N(m, 1)) * (layers + 1)}.0.op.{m.Groups[2].Value}"),
            "up_blocks" when name.Contains(".resnets.", StringComparison.Ordinal) => By(@"^up_blocks\.(\d)\.resnets\.(\d)\.(.*)", m => $"output_blocks.{N(m, 1) * (layers + 1) + N(m, 2)}.0.{Resnet(m.Groups[3].Value)}"),
            "up_blocks" when name.Contains(".attentions.", StringComparison.Ordinal) => By(@"^up_blocks\.(\d)\.attentions\.(\d)\.(.*)", m => $"output_blocks.{N(m, 1) * (layers + 1) + N(m, 2)}.1.{m.Groups[3].Value}"),
            _ => By(@"^up_blocks\.(\d)\.upsamplers\.0\.conv\.(.*)", m => $"output_blocks.{N(m, 1) * (layers + 1) + layers}.2.conv.{m.Groups[2].Value}"),
        };
    }

    /// <summary>An autoencoder's tensor (model.py of the original code): the decoder's resolutions count from the highest.</summary>
    public static string Vae(string name, int levels)
    {
        var parts = name.Replace("conv_shortcut", "nin_shortcut", StringComparison.Ordinal).Split('.');
        return parts switch
        {
            [var side, "conv_norm_out", var kind] => $"{side}.norm_out.{kind}",
            [var side, "mid_block", "resnets", var number, .. var rest] => $"{side}.mid.block_{(number == "0" ? 1 : 2)}.{string.Join('.', rest)}",
            [var side, "mid_block", "attentions", "0", "group_norm", var kind] => $"{side}.mid.attn_1.norm.{kind}",
            [var side, "mid_block", "attentions", "0", "to_out", "0", var kind] => $"{side}.mid.attn_1.proj_out.{kind}",
            [var side, "mid_block", "attentions", "0", var layer, var kind] => $"{side}.mid.attn_1.{layer["to_".Length..]}.{kind}",
            ["encoder", "down_blocks", var level, "resnets", var layer, .. var rest] => $"encoder.down.{level}.block.{layer}.{string.Join('.', rest)}",
            ["encoder", "down_blocks", var level, "downsamplers", "0", "conv", var kind] => $"encoder.down.{level}.downsample.conv.{kind}",
            ["decoder", "up_blocks", var level, "resnets", var layer, .. var rest] => $"decoder.up.{levels - 1 - int.Parse(level, System.Globalization.CultureInfo.InvariantCulture)}.block.{layer}.{string.Join('.', rest)}",
            ["decoder", "up_blocks", var level, "upsamplers", "0", "conv", var kind] => $"decoder.up.{levels - 1 - int.Parse(level, System.Globalization.CultureInfo.InvariantCulture)}.upsample.conv.{kind}",
            _ => name,
        };
    }
}
