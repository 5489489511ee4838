using Diptych.Common.Vae;
using Diptych.Common.Weights;
using static TorchSharp.torch;

namespace Diptych.Tests.Common.Vae;

public sealed class EmbeddedAutoencoderTests
{
    private const double Tolerance = 1e-4;

    [Fact]
    public void Moments_and_a_reconstruction_equal_the_record()
    {
        using var golden = SafetensorsFile.Open(Fixtures.Golden("vae", "lab.safetensors"));
        using var vae = AutoencoderKL.Load(Path.Combine(Fixtures.Repository, "models", "lab", "model", "vae"));
        Compare(vae, golden, "picture", "moments", "decoded");
    }

    [Fact]
    public void All_moments_and_reconstructions_equal_the_reference()
    {
        using var golden = SafetensorsFile.Open(Fixtures.Require("lab", "goldens", "judges.safetensors"));
        using var vae = AutoencoderKL.Load(Fixtures.Require("lab", "model", "vae"));
        Compare(vae, golden, "pictures", "vae_moments", "vae_decoded");
    }

    private static void Compare(AutoencoderKL vae, SafetensorsFile golden, string pictures, string moments, string decoded)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var expected = golden.Read(moments);
        var bytes = golden.Read(pictures)[..(int)expected.size(0)];
        var posterior = vae.Encode(bytes.permute(0, 3, 1, 2).to(ScalarType.Float32) / 127.5 - 1);
        Close.OfLargest(expected, cat([posterior.Mean, posterior.LogVariance], 1), Tolerance, "moments");
        Close.OfLargest(golden.Read(decoded), vae.Decode(expected.chunk(2, 1)[0]), Tolerance, "decoded");
    }
}
