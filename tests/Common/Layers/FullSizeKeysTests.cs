using Diptych.Common.Clip;
using Diptych.Common.Text;
using Diptych.Common.Unet;
using Diptych.Common.Vae;
using Diptych.Common.Weights;
using static TorchSharp.torch;

namespace Diptych.Tests.Common.Layers;

/// <summary>Every full-size model by the reference's list of its parameters, built without memory for one of them.</summary>
public sealed class FullSizeKeysTests
{
    public static TheoryData<string> Committed => Files(Fixtures.Golden("keys"));

    public static TheoryData<string> Shared => Files(Path.Combine(Fixtures.Shared, "fixtures", "keys"));

    [Theory]
    [MemberData(nameof(Committed))]
    public void Names_and_shapes_are_the_references(string file) => Check(Fixtures.Golden("keys", file));

    [Theory]
    [MemberData(nameof(Shared))]
    public void Names_and_shapes_of_the_shared_lists_are_the_references(string file) => Check(Fixtures.Require("fixtures", "keys", file));

    private static void Check(string path) => MetaNetwork.MatchesKeys(path, json => Build(Path.GetFileNameWithoutExtension(path), ConfigFile.Parse(path, json)));

    private static nn.Module Build(string name, ConfigFile config) => name switch
    {
        "text_encoder" => new ClipTextModel(ClipTextConfig.Read(config)),
        "text_encoder_2" => new ClipTextModelWithProjection(ClipTextConfig.Read(config)),
        "unet" => new UNet2DConditionModel(UNetConfig.Read(config)),
        "vae" => new AutoencoderKL(AutoencoderConfig.Read(config)),
        _ when name.StartsWith("clip-", StringComparison.Ordinal) => new ClipModel(ClipTextConfig.Read(config), ClipVisionConfig.Read(config), config.Int("projection_dim")),
        _ => throw new InvalidOperationException($"No network is known for {name}."),
    };

    // DINO's list is of a judge that is not built here.
    private static TheoryData<string> Files(string root)
    {
        var files = Directory.Exists(root) ? Directory.GetFiles(root, "*.json", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(root, f)) : ["sd15/unet.json"];
        return new TheoryData<string>(files.Where(f => !f.StartsWith("dino", StringComparison.Ordinal)).Order(StringComparer.Ordinal).ToArray());
    }
}
