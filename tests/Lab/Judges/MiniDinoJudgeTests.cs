using Diptych.Common.Weights;
using Diptych.Lab.Judges;
using Diptych.Lab.Subjects;
using TorchSharp;
using static TorchSharp.torch;

namespace Diptych.Tests.Lab.Judges;

public sealed class MiniDinoJudgeTests : IDisposable
{
    private readonly MiniDinoJudge _judge = MiniDinoJudge.Load(LabFiles.Model.MiniDino);
    private readonly DisposeScope _scope = NewDisposeScope();

    [Fact]
    public void Features_of_the_committed_pictures_equal_the_record()
    {
        using var goldens = SafetensorsFile.Open(Fixtures.Golden("lab", "judges.safetensors"));

        Close.OfLargest(goldens.Read("dino.features"), _judge.Features(LabFiles.Renders()), 1e-4, "features");
    }

    [Theory]
    [InlineData("off-palette-dog", "unsayable-dog")]
    [InlineData("unsayable-dog", "off-palette-dog")]
    public void A_subjects_held_out_pictures_are_nearer_to_its_own_references_than_to_those_of_another_of_its_class(string name, string other)
    {
        var subject = LabSubject.Load(LabFiles.Model.Subject(name));
        var pictures = LabPicture.Load(subject.HeldOut, 128);

        var own = _judge.Similarity(pictures, LabPicture.Load(subject.References, 128));
        var stranger = _judge.Similarity(pictures, LabPicture.Load(LabSubject.Load(LabFiles.Model.Subject(other)).References, 128));

        Assert.All(own.Zip(stranger), pair => Assert.True(pair.First > pair.Second, $"{pair.First:0.00} to its own, {pair.Second:0.00} to the other's"));
    }

    [Fact]
    public void Features_have_unit_length_and_do_not_depend_on_the_batch()
    {
        var pictures = LabFiles.Renders();

        var features = _judge.Features(pictures);

        Close.Absolute(ones(16), features.norm(1), 1e-5, "lengths");
        Close.Absolute(features.narrow(0, 3, 2), _judge.Features(pictures.narrow(0, 3, 2)), 1e-4, "two of them alone");
    }

    [Fact]
    public void Judging_leaves_no_tensor_behind()
    {
        var pictures = LabFiles.Renders();
        _judge.Similarity(pictures, pictures);
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;

        _judge.Similarity(pictures, pictures);

        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    public void Dispose()
    {
        _scope.Dispose();
        _judge.Dispose();
    }
}
