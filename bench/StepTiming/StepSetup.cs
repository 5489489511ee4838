using Diptych.Common.Data;
using Diptych.Common.Pipelines;
using Diptych.Common.Runtime;

namespace Diptych.StepTiming;

/// <summary>What both sides of a pair are given.</summary>
/// <param name="Model">The model's folder; each side loads its own.</param>
/// <param name="Photos">The folder of training photos.</param>
/// <param name="Resolution">Side of a training picture in pixels.</param>
/// <param name="BatchSize">Pictures a step.</param>
/// <param name="Precision">Precision of products in our step; the script-shaped step computes in fp32.</param>
/// <param name="Device">Where to run.</param>
public sealed record StepSetup(string Model, string Photos, int Resolution, int BatchSize, MixedPrecision Precision, TorchSharp.torch.Device Device)
{
    /// <summary>The placeholder Textual Inversion learns.</summary>
    public const string Placeholder = "<subject>";

    /// <summary>DreamBooth's instance prompt.</summary>
    public string InstancePrompt { get; init; } = "a photo of sks dog";

    /// <summary>The word a placeholder starts from.</summary>
    public string InitializerToken { get; init; } = "dog";

    /// <summary>Whether DreamBooth's optimizer keeps its moments as bytes. Default no.</summary>
    public bool Use8BitAdam { get; init; }

    internal StableDiffusion LoadModel(ModelOptions? options = null) => StableDiffusion.Load(Model, Device, options: options);

    internal IReadOnlyList<string> Files() => PhotoFolder.List(Photos).Files;
}
