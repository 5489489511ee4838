using Diptych.Lab.Judges;
using Diptych.Lab.Subjects;
using static TorchSharp.torch;

namespace Diptych.Tests.Lab.Subjects;

public class LabPictureTests
{
    [Fact]
    public void Pictures_load_in_order_at_the_size_asked_for()
    {
        using var scope = NewDisposeScope();
        var subject = LabSubject.Load(LabFiles.Model.Subject("off-palette-dog"));

        var own = LabPicture.Load(subject.References, 128);
        var half = LabPicture.Load(subject.References, 64);

        Assert.Equal([5, 3, 128, 128], own.shape);
        Assert.InRange(own.abs().max().item<float>(), 0.5f, 1f);
        Close.Absolute(nn.functional.avg_pool2d(own, 2), half, 1e-6);
    }

    [Fact]
    public void What_the_oracle_reads_in_the_references_is_close_to_the_subjects_truth()
    {
        using var scope = NewDisposeScope();
        using var oracle = Oracle.Load(LabFiles.Model.Oracle);
        var subject = LabSubject.Load(LabFiles.Model.Subject("off-palette-dog"));

        var read = SubjectTruth.ReadFrom(oracle, LabPicture.Load(subject.References, oracle.Config.ImageSize));

        Assert.Equal((subject.Truth!.Class, subject.Truth.Accessory, subject.Truth.Pattern), (read.Class, read.Accessory, read.Pattern));
        Assert.InRange(read.Body.DistanceTo(subject.Truth.Body), 0, SubjectFidelity.ColourTolerance);
    }
}
