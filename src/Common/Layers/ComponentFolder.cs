using Diptych.Common.Weights;
using TorchSharp;

namespace Diptych.Common.Layers;

/// <summary>A network's folder in diffusers' layout: <c>config.json</c> beside <c>diffusion_pytorch_model.safetensors</c>.</summary>
internal static class ComponentFolder
{
    private const string Weights = "diffusion_pytorch_model";

    /// <summary>Reads the configuration and checks that it describes a <paramref name="className"/>.</summary>
    public static ConfigFile ReadConfig(string folder, string className)
    {
        var config = ConfigFile.Read(Path.Combine(folder, "config.json"));
        var found = config.Text("_class_name", className);
        return found == className
            ? config
            : throw new DiptychException($"{config.Path} describes a {found}, not a {className}: point to that component's own folder.");
    }

    /// <summary>Fills a network from the folder's weights, whatever floating-point type they are stored in.</summary>
    /// <exception cref="DiptychException">There is no safetensors file, or it does not fit; the message names the file and the remedy.</exception>
    public static void LoadWeights(torch.nn.Module network, string folder, Func<string, string?>? rename = null)
    {
        var path = Path.Combine(folder, Weights + ".safetensors");
        if (!File.Exists(path))
        {
            throw new DiptychException($"{path} is missing{Remedy(folder)}");
        }

        using var file = SafetensorsFile.Open(path);
        WeightLoader.Load(network, file, rename);
    }

    private static string Remedy(string folder)
    {
        bool Has(string suffix) => File.Exists(Path.Combine(folder, Weights + suffix));
        return Has(".fp16.safetensors") ? $": copy {Weights}.fp16.safetensors beside it to that name, half precision is read too."
            : Has(".safetensors.index.json") ? ": the weights are split over several files; save them as one with diffusers' save_pretrained(max_shard_size=\"100GB\")."
            : Has(".bin") ? $": {Weights}.bin is a pickle, which is not read; save it as safetensors with diffusers' save_pretrained."
            : ": download the whole model folder, weights as safetensors.";
    }
}
