using Diptych.Common.Data;
using Diptych.Common.Unet;
using static TorchSharp.torch;

namespace Diptych.Tests.Trajectories;

/// <summary>Which photo each picture of a reference run is: the runs do not say, and a model that is told sizes is told the photo's.</summary>
internal sealed class ReferencePhotos
{
    private readonly List<(RgbImage Prepared, SizeConditioning Sizes)> _known;

    private ReferencePhotos(List<(RgbImage Prepared, SizeConditioning Sizes)> known) => _known = known;

    public static ReferencePhotos Load(string folder, int resolution)
    {
        var transform = ImageTransform.TextualInversionParity(resolution);
        return new ReferencePhotos([.. PhotoFolder.LoadAll(folder, transform.Reading).Photos.SelectMany(photo => transform.Variants!.Select(variant =>
            (transform.Apply(photo.Image, variant), new SizeConditioning(photo.Image.Height, photo.Image.Width, 0, 0, resolution, resolution))))]);
    }

    /// <summary>The sizes of the photos that pictures [n, 3, H, W] were made of.</summary>
    public IReadOnlyList<SizeConditioning> SizesOf(Tensor pixels)
    {
        using var scope = NewDisposeScope();
        var known = ImageTensor.FromImages([.. _known.Select(k => k.Prepared)]);
        return [.. pixels.unbind(0).Select(picture =>
        {
            var distances = (known - picture).abs().mean([1, 2, 3]);
            Assert.True(distances.min().item<float>() < 0.01, "a picture of the run is none of its photos");
            return _known[(int)distances.argmin().item<long>()].Sizes;
        })];
    }
}
