using Diptych.Common;
using Diptych.Common.Data;
using Diptych.Common.Pipelines;
using Diptych.DreamBooth;
using Diptych.Tests.Trajectories;

namespace Diptych.Tests.DreamBooth;

public sealed class ClassImagesTests
{
    private static readonly GenerationOptions Drawing = new() { Steps = 1, GuidanceScale = 1, BatchSize = 2 };

    private static readonly DreamBoothOptions Options = new() { InstancePrompt = "a photo of sks dog", ClassPrompt = "a photo of dog", WithPriorPreservation = true, NumClassImages = 3 };

    [Fact]
    public void As_many_as_asked_for_are_drawn_and_kept_with_their_recipe()
    {
        using var folder = new TemporaryFolder();
        using var sd = StableDiffusion.Load(LabTraining.Model);

        var first = ClassImages.Ensure(sd, Options, folder.Path, Drawing);
        var stamp = File.GetLastWriteTimeUtc(folder.In("0000.png"));
        var again = ClassImages.Ensure(sd, Options with { NumClassImages = 4 }, folder.Path, Drawing);

        Assert.Equal(3, first.Photos.Count);
        Assert.Equal(4, again.Photos.Count);
        Assert.Equal(stamp, File.GetLastWriteTimeUtc(folder.In("0000.png")));
        Assert.Equal("a photo of dog", ImageManifest.Read(folder.Path)!.Recipe.Prompt);
    }

    [Fact]
    public void Pictures_of_another_prompt_are_refused()
    {
        using var folder = new TemporaryFolder();
        using var sd = StableDiffusion.Load(LabTraining.Model);
        ClassImages.Ensure(sd, Options, folder.Path, Drawing);

        var error = Assert.Throws<DiptychException>(() => ClassImages.Ensure(sd, Options with { ClassPrompt = "a photo of cat" }, folder.Path, Drawing));

        Assert.Contains("a photo of dog", error.Message, StringComparison.Ordinal);
        Assert.Contains("--class-data-dir", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_of_ones_own_photos_is_taken_as_it_is_or_found_too_small()
    {
        using var sd = StableDiffusion.Load(LabTraining.Model);

        Assert.Equal(5, ClassImages.Ensure(sd, Options with { NumClassImages = 5 }, LabTraining.References, Drawing).Photos.Count);
        Assert.Contains("--num-class-images asks for 6", Assert.Throws<DiptychException>(
            () => ClassImages.Ensure(sd, Options with { NumClassImages = 6 }, LabTraining.References, Drawing)).Message, StringComparison.Ordinal);
    }
}
