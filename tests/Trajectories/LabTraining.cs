using Diptych.Common.Data;
using Diptych.Common.Pipelines;
using Diptych.Common.Training;

namespace Diptych.Tests.Trajectories;

/// <summary>The embedded model and one of its subjects, for tests that train for real.</summary>
internal sealed class LabTraining : IDisposable
{
    private LabTraining(StableDiffusion sd, PhotoLatents photos) => (Sd, Photos) = (sd, photos);

    public static string Model { get; } = Path.Combine(Fixtures.Repository, "models", "lab", "model");

    public static string References { get; } = Path.Combine(Fixtures.Repository, "models", "lab", "subjects", "off-palette-dog", "references");

    public StableDiffusion Sd { get; }

    public PhotoLatents Photos { get; }

    public static LabTraining Open(long seed = 0)
    {
        var sd = StableDiffusion.Load(Model);
        return new LabTraining(sd, PhotoLatents.Create(sd, PhotoFolder.LoadAll(References), new ImageTransform { Size = sd.PictureSize }, seed));
    }

    public void Dispose()
    {
        Photos.Dispose();
        Sd.Dispose();
    }
}
