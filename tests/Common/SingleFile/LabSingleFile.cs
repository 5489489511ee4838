using Diptych.Common.Weights;
using static TorchSharp.torch;

namespace Diptych.Tests.Common.SingleFile;

/// <summary>The embedded model as a single file in the layout of the original code.</summary>
internal static class LabSingleFile
{
    public static string Model { get; } = Path.Combine(Fixtures.Repository, "models", "lab", "model");

    /// <summary>The file's tensors, in the dispose scope of the caller.</summary>
    public static Dictionary<string, Tensor> Tensors()
    {
        var tensors = new Dictionary<string, Tensor>();
        var layers = ConfigFile.Read(Path.Combine(Model, "unet", "config.json")).Int("layers_per_block");
        var levels = ConfigFile.Read(Path.Combine(Model, "vae", "config.json")).Ints("block_out_channels").Count;
        Add("unet", name => "model.diffusion_model." + OriginalNames.Unet(name, layers));
        Add("vae", name => "first_stage_model." + OriginalNames.Vae(name, levels));
        Add("text_encoder", name => "cond_stage_model.transformer." + name);
        return tensors;

        void Add(string network, Func<string, string> rename)
        {
            using var weights = NetworkWeights.Open(Path.Combine(Model, network));
            foreach (var name in weights.Entries.Keys)
            {
                var tensor = weights.Read(name);
                tensors[rename(name)] = name.Contains("mid_block.attentions.0.to_", StringComparison.Ordinal) && network == "vae" && tensor.dim() == 2 ? tensor.unsqueeze(-1).unsqueeze(-1) : tensor;
            }
        }
    }

    public static string Write(string path)
    {
        using var scope = NewDisposeScope();
        SingleFiles.WriteSafetensors(path, Tensors());
        return path;
    }
}
