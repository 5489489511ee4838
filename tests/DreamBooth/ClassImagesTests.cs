using Diptych.Common;
using Diptych.Common.Data;
using Diptych.Common.Diffusion;
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
    public void What_a_run_left_that_was_killed_in_its_first_batch_is_not_taken_for_ones_own_photos()
    {
        using var folder = new TemporaryFolder();
        using var sd = StableDiffusion.Load(LabTraining.Model);
        // A folder in the first picture's place ends the run where a kill would: after the manifest, before the picture.
        Directory.CreateDirectory(folder.In("0000.png"));
        Assert.Throws<DiptychException>(() => ClassImages.Ensure(sd, Options, folder.Path, Drawing));
        Assert.Empty(ImageManifest.Read(folder.Path)!.Files);
        Directory.Delete(folder.In("0000.png"));
        PictureFile.WritePng(folder.In("0000.png"), RgbImage.Filled(64, 64, 9, 99, 200));

        // Pictures it does not list bind no one to its prompt either.
        var drawn = ClassImages.Ensure(sd, Options with { ClassPrompt = "a photo of cat" }, folder.Path, Drawing);

        Assert.All(drawn.Photos, photo => Assert.Equal(sd.PictureSize, photo.Image.Width));
        Assert.Equal(3, drawn.Photos.Count);
        var manifest = ImageManifest.Read(folder.Path)!;
        Assert.Equal(("a photo of cat", 3), (manifest.Recipe.Prompt, manifest.Files.Count));
    }

    [Fact]
    public void Hidden_files_are_no_photos_of_ones_own()
    {
        using var folder = new TemporaryFolder();
        using var sd = StableDiffusion.Load(LabTraining.Model);
        File.WriteAllText(folder.In(".manifest.json.1.tmp"), "{");

        Assert.Equal(3, ClassImages.Ensure(sd, Options, folder.Path, Drawing).Photos.Count);
    }

    [Fact]
    public void Stopped_in_its_first_batch_a_run_leaves_nothing()
    {
        using var folder = new TemporaryFolder();
        using var sd = StableDiffusion.Load(LabTraining.Model);
        using var stop = new CancellationTokenSource();

        Assert.Throws<OperationCanceledException>(() => ClassImages.Ensure(sd, Options, folder.Path, Drawing, (_, _) => stop.Cancel(), stop.Token));

        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));
    }

    [Fact]
    public void A_class_image_does_not_depend_on_the_batch_it_is_drawn_in()
    {
        using var folder = new TemporaryFolder();
        using var sd = StableDiffusion.Load(LabTraining.Model);
        var stochastic = Drawing with { Steps = 3, Sampler = SamplerKind.Ddpm };
        byte[] Third(int batch) => ClassImages.Ensure(sd, Options, folder.In($"{batch}"), stochastic with { BatchSize = batch }).Photos[2].Image.Pixels;

        var difference = Third(1).Zip(Third(3), (one, other) => Math.Abs(one - other)).Average();

        // Batches of other sizes take other paths through the matrix kernels: equal but for rounding.
        Assert.InRange(difference, 0, 0.5);
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
