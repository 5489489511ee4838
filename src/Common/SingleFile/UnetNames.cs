using System.Globalization;

namespace Diptych.Common.SingleFile;

/// <summary>
/// Names of the UNet's tensors: the original code numbers its blocks in one row and counts every resampling as a block; diffusers
/// numbers resolutions, and layers within them.
/// </summary>
/// <param name="layersPerBlock">Residual blocks at each resolution on the way down.</param>
internal sealed class UnetNames(int layersPerBlock)
{
    private static readonly (string Ldm, string Diffusers)[] Ends =
    [
        ("time_embed.0.", "time_embedding.linear_1."), ("time_embed.2.", "time_embedding.linear_2."), ("label_emb.0.0.", "add_embedding.linear_1."),
        ("label_emb.0.2.", "add_embedding.linear_2."), ("input_blocks.0.0.", "conv_in."), ("out.0.", "conv_norm_out."), ("out.2.", "conv_out."),
        ("middle_block.1.", "mid_block.attentions.0."),
    ];

    private static readonly (string Ldm, string Diffusers)[] Resnet =
    [
        ("in_layers.0.", "norm1."), ("in_layers.2.", "conv1."), ("emb_layers.1.", "time_emb_proj."), ("out_layers.0.", "norm2."), ("out_layers.3.", "conv2."), ("skip_connection.", "conv_shortcut."),
    ];

    /// <summary>The names for a UNet of these tensors (without their common prefix).</summary>
    public static UnetNames Of(IEnumerable<string> names)
    {
        // The first block that resamples tells how many residual blocks stand before it.
        var resampling = names.Where(n => n.StartsWith("input_blocks.", StringComparison.Ordinal) && n.EndsWith(".0.op.weight", StringComparison.Ordinal))
            .Select(n => int.Parse(n.Split('.')[1], CultureInfo.InvariantCulture)).ToList();
        return new UnetNames(resampling.Count > 0 ? resampling.Min() - 1 : 2);
    }

    /// <summary>diffusers' name, or <see langword="null"/> for a tensor no UNet of Stable Diffusion has.</summary>
    public string? ToDiffusers(string name)
    {
        foreach (var (ldm, diffusers) in Ends)
        {
            if (name.StartsWith(ldm, StringComparison.Ordinal))
            {
                return diffusers + name[ldm.Length..];
            }
        }

        var parts = name.Split('.', 4);
        if (parts is ["middle_block", "0" or "2", ..])
        {
            return InResnet($"mid_block.resnets.{(parts[1] == "0" ? 0 : 1)}.", name["middle_block.0.".Length..]);
        }

        if (parts is not ["input_blocks" or "output_blocks", var number, var place, var rest] || !int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var index))
        {
            return null;
        }

        return parts[0] == "input_blocks" ? Down(index - 1, place, rest) : Up(index, place, rest);
    }

    private string? Down(int index, string place, string rest)
    {
        var (block, layer) = (index / (layersPerBlock + 1), index % (layersPerBlock + 1));
        var start = $"down_blocks.{block}.";
        return (place, layer == layersPerBlock) switch
        {
            ("0", true) => rest.StartsWith("op.", StringComparison.Ordinal) ? $"{start}downsamplers.0.conv.{rest["op.".Length..]}" : null,
            ("0", false) => InResnet($"{start}resnets.{layer}.", rest),
            ("1", false) => $"{start}attentions.{layer}.{rest}",
            _ => null,
        };
    }

    private string? Up(int index, string place, string rest)
    {
        var (block, layer) = (index / (layersPerBlock + 1), index % (layersPerBlock + 1));
        var start = $"up_blocks.{block}.";
        // The upsampling convolution comes after the attention, and where there is none, in its place.
        return (place, rest.StartsWith("conv.", StringComparison.Ordinal)) switch
        {
            ("0", false) => InResnet($"{start}resnets.{layer}.", rest),
            ("1" or "2", true) => $"{start}upsamplers.0.{rest}",
            ("1", false) => $"{start}attentions.{layer}.{rest}",
            _ => null,
        };
    }

    private static string? InResnet(string start, string rest)
    {
        var (ldm, diffusers) = Resnet.FirstOrDefault(r => rest.StartsWith(r.Ldm, StringComparison.Ordinal));
        return ldm is null ? null : start + diffusers + rest[ldm.Length..];
    }
}
