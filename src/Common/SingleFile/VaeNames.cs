using System.Globalization;

namespace Diptych.Common.SingleFile;

/// <summary>Names of the autoencoder's tensors. The original code counts the decoder's resolutions from the highest, diffusers in the order in which they are run.</summary>
/// <param name="levels">Resolutions.</param>
internal sealed class VaeNames(int levels)
{
    /// <summary>The names for an autoencoder of these tensors (without their common prefix).</summary>
    public static VaeNames Of(IEnumerable<string> names) => new(names.Where(n => n.StartsWith("decoder.up.", StringComparison.Ordinal)).Select(n => n.Split('.')[2]).Distinct(StringComparer.Ordinal).Count());

    /// <summary>diffusers' name, or <see langword="null"/> for a tensor no autoencoder of Stable Diffusion has.</summary>
    public string? ToDiffusers(string name)
    {
        var parts = name.Split('.');
        return parts switch
        {
            ["quant_conv" or "post_quant_conv", _] => name,
            ["encoder" or "decoder", "conv_in" or "conv_out", _] => name,
            [var side and ("encoder" or "decoder"), "norm_out", var kind] => $"{side}.conv_norm_out.{kind}",
            [var side, "mid", "block_1", .. var rest] => $"{side}.mid_block.resnets.0.{Resnet(rest)}",
            [var side, "mid", "block_2", .. var rest] => $"{side}.mid_block.resnets.1.{Resnet(rest)}",
            [var side, "mid", "attn_1", var layer, var kind] => Attention(layer) is { } known ? $"{side}.mid_block.attentions.0.{known}.{kind}" : null,
            ["encoder", "down", var level, "block", var layer, .. var rest] => $"encoder.down_blocks.{level}.resnets.{layer}.{Resnet(rest)}",
            ["encoder", "down", var level, "downsample", "conv", var kind] => $"encoder.down_blocks.{level}.downsamplers.0.conv.{kind}",
            ["decoder", "up", var level, "block", var layer, .. var rest] => $"decoder.up_blocks.{Turned(level)}.resnets.{layer}.{Resnet(rest)}",
            ["decoder", "up", var level, "upsample", "conv", var kind] => $"decoder.up_blocks.{Turned(level)}.upsamplers.0.conv.{kind}",
            _ => null,
        };
    }

    private int Turned(string level) => levels - 1 - int.Parse(level, CultureInfo.InvariantCulture);

    private static string Resnet(string[] rest) => string.Join('.', rest).Replace("nin_shortcut.", "conv_shortcut.", StringComparison.Ordinal);

    private static string? Attention(string layer) => layer switch
    {
        "norm" => "group_norm",
        "q" => "to_q",
        "k" => "to_k",
        "v" => "to_v",
        "proj_out" => "to_out.0",
        _ => null,
    };
}
