using Diptych.Common;
using Diptych.Lab;

namespace Diptych.Tests.Lab;

public sealed class LabModelTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("diptych-lab").FullName;

    [Fact]
    public void The_checkout_is_found_from_the_test_program()
    {
        Assert.Equal(LabFiles.Model.Root, LabModel.Find(null, [AppContext.BaseDirectory]).Root);
    }

    [Fact]
    public void The_search_climbs_from_each_start_in_turn()
    {
        var lab = MakeLab(Path.Combine(_folder, "checkout", "models", "lab"));
        var deep = Directory.CreateDirectory(Path.Combine(_folder, "checkout", "src", "Cli")).FullName;
        var elsewhere = Directory.CreateDirectory(Path.Combine(_folder, "elsewhere")).FullName;

        Assert.Equal(lab, LabModel.Find("", [elsewhere, deep]).Root);
    }

    [Fact]
    public void A_named_folder_outranks_the_search()
    {
        var named = MakeLab(Path.Combine(_folder, "copy"));

        Assert.Equal(named, LabModel.Find(named, [AppContext.BaseDirectory]).Root);
    }

    [Fact]
    public void A_named_folder_without_a_model_is_an_error_and_not_a_search()
    {
        var error = Assert.Throws<DiptychException>(() => LabModel.Find(_folder, [AppContext.BaseDirectory]));

        Assert.Contains(_folder, error.Message, StringComparison.Ordinal);
        Assert.Contains("DIPTYCH_LAB", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Nowhere_is_an_error_that_names_the_remedy()
    {
        var error = Assert.Throws<DiptychException>(() => LabModel.Find(null, [_folder]));

        Assert.Contains("DIPTYCH_LAB", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void All_files_of_the_laboratory_stay_under_40_megabytes()
    {
        var bytes = new DirectoryInfo(LabFiles.Model.Root).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length);

        Assert.InRange(bytes, 1, 40_000_000 - 1);
    }

    [Fact]
    public void Every_part_of_the_laboratory_is_there()
    {
        var lab = LabFiles.Model;
        Assert.All([lab.Model, lab.Tokenizer, lab.Oracle, lab.MiniClip, lab.MiniDino, lab.Subjects, lab.Subject("off-palette-dog")], folder => Assert.True(Directory.Exists(folder), folder));
        Assert.All([lab.Render(0), lab.Render(15), lab.RenderAttributes, lab.Captions("seen"), lab.Captions("unseen"), Path.Combine(lab.Root, "README.md")], file => Assert.True(File.Exists(file), file));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static string MakeLab(string folder)
    {
        Directory.CreateDirectory(Path.Combine(folder, "model"));
        File.WriteAllText(Path.Combine(folder, "model", "model_index.json"), "{}");
        return folder;
    }
}
