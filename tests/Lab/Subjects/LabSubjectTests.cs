using Diptych.Common;
using Diptych.Lab.Subjects;

namespace Diptych.Tests.Lab.Subjects;

public sealed class LabSubjectTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("diptych-subject").FullName;

    public static TheoryData<string> Names => [.. LabFiles.SubjectNames];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_laboratory_subject_has_references_held_out_pictures_masks_and_truth(string name)
    {
        var subject = LabSubject.Load(LabFiles.Model.Subject(name));

        Assert.Equal((name, 5, 16), (subject.Name, subject.References.Count, subject.HeldOut.Count));
        Assert.All(subject.References.Concat(subject.HeldOut), picture =>
        {
            Assert.True(File.Exists(picture.Path));
            Assert.True(File.Exists(picture.MaskPath));
            Assert.Equal(subject.Truth!.Class, picture.Attributes!.Class);
            Assert.Equal(subject.Truth.Accessory, picture.Attributes.Accessory);
        });
        Assert.Equal("00.png", Path.GetFileName(subject.HeldOut[0].Path));
        Assert.Equal("studio", subject.HeldOut[0].Attributes!.Scene);
        Assert.StartsWith(subject.Truth!.Tier!, name, StringComparison.Ordinal);
    }

    [Fact]
    public void A_plain_folder_of_photos_is_a_subject_with_references_only()
    {
        foreach (var file in new[] { "b.JPG", "a.png", "notes.txt", ".hidden.png", "a.mask.png" })
        {
            File.WriteAllText(Path.Combine(_folder, file), "");
        }

        var subject = LabSubject.Load(_folder + Path.DirectorySeparatorChar);

        Assert.Equal(Path.GetFileName(_folder), subject.Name);
        Assert.Equal(["a.png", "b.JPG"], subject.References.Select(picture => Path.GetFileName(picture.Path)));
        Assert.Equal([true, false], subject.References.Select(picture => picture.MaskPath is not null));
        Assert.Empty(subject.HeldOut);
        Assert.Null(subject.Truth);
    }

    [Fact]
    public void A_missing_folder_and_one_without_pictures_are_refused_by_name()
    {
        Assert.Contains(_folder, Assert.Throws<DiptychException>(() => LabSubject.Load(_folder)).Message, StringComparison.Ordinal);
        Assert.Contains("nowhere", Assert.Throws<DiptychException>(() => LabSubject.Load(Path.Combine(_folder, "nowhere"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Attributes_for_another_number_of_pictures_are_refused()
    {
        File.WriteAllText(Path.Combine(_folder, "a.png"), "");
        File.WriteAllText(Path.Combine(_folder, "attributes.json"), "[]");

        Assert.Contains("attributes.json", Assert.Throws<DiptychException>(() => LabSubject.Load(_folder)).Message, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
