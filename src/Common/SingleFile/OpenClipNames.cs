using System.Globalization;
using Diptych.Common.Weights;

namespace Diptych.Common.SingleFile;

/// <summary>Tensors of an OpenCLIP text encoder in transformers' names; OpenCLIP keeps queries, keys and values in one tensor, and its projection transposed.</summary>
/// <param name="layers">Blocks that are wanted; the rest are left out.</param>
/// <param name="projection">Whether the projection is wanted.</param>
internal sealed class OpenClipNames(int layers, bool projection)
{
    private static readonly string[] Projections = ["q_proj", "k_proj", "v_proj"];

    private static readonly (string OpenClip, string Transformers)[] InBlock =
    [
        ("ln_1.", "layer_norm1."), ("ln_2.", "layer_norm2."), ("mlp.c_fc.", "mlp.fc1."), ("mlp.c_proj.", "mlp.fc2."), ("attn.out_proj.", "self_attn.out_proj."),
    ];

    /// <summary>What a tensor (its name without the common prefix) becomes: nothing, one tensor or three; <see langword="null"/> for a name OpenCLIP does not have.</summary>
    public IEnumerable<(string Name, TensorRecipe Recipe)>? Convert(string name, WeightEntry entry)
    {
        TensorRecipe Same() => new(entry.Name, entry.Shape);
        switch (name)
        {
            case "positional_embedding":
                return [("text_model.embeddings.position_embedding.weight", Same())];
            case "token_embedding.weight":
                return [("text_model.embeddings.token_embedding.weight", Same())];
            case "ln_final.weight" or "ln_final.bias":
                return [($"text_model.final_layer_norm.{name["ln_final.".Length..]}", Same())];
            case "text_projection" when entry.Shape is [var rows, var columns]:
                return projection ? [("text_projection.weight", new TensorRecipe(entry.Name, [columns, rows], Transposed: true))] : [];
            case "text_projection.weight":
                return projection ? [(name, Same())] : [];
            case "logit_scale" or "attn_mask" or "text_model.embeddings.position_ids":
                return [];
        }

        // Some converters leave what is outside the blocks in transformers' names, and the blocks without "transformer.".
        if (name.StartsWith("text_model.", StringComparison.Ordinal))
        {
            return [(name, Same())];
        }

        var parts = (name.StartsWith("transformer.", StringComparison.Ordinal) ? name["transformer.".Length..] : name).Split('.', 3);
        if (parts is not ["resblocks", var number, var rest] || !int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var block))
        {
            return null;
        }

        return block >= layers ? [] : Block($"text_model.encoder.layers.{block}.", rest, entry);
    }

    private static IEnumerable<(string Name, TensorRecipe Recipe)>? Block(string start, string rest, WeightEntry entry)
    {
        if (rest is "attn.in_proj_weight" or "attn.in_proj_bias" && entry.Shape is [var rows, ..] && rows % 3 == 0)
        {
            long[] shape = [rows / 3, .. entry.Shape[1..]];
            var kind = rest["attn.in_proj_".Length..];
            return Projections.Select((part, i) => ($"{start}self_attn.{part}.{kind}", new TensorRecipe(entry.Name, shape, First: i * entry.Elements / 3)));
        }

        var (openClip, transformers) = InBlock.FirstOrDefault(b => rest.StartsWith(b.OpenClip, StringComparison.Ordinal));
        return openClip is null ? null : [(start + transformers + rest[openClip.Length..], new TensorRecipe(entry.Name, entry.Shape))];
    }
}
