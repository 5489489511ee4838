using System.Xml.Linq;

namespace Diptych.Tests;

/// <summary>The rules of ARCHITECTURE.md that a compiler does not hold.</summary>
public sealed class ArchitectureTests
{
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["src/Common"] = [],
        ["src/TextualInversion"] = ["src/Common"],
        ["src/DreamBooth"] = ["src/Common"],
        ["src/Lab"] = ["src/Common"],
        ["reports"] = [],
        ["bench/Comparison"] = ["src/Common", "src/TextualInversion", "src/DreamBooth", "src/Lab", "reports"],
        ["bench/StepTiming"] = ["bench/Comparison"],
        ["bench/TrainingStep"] = ["bench/StepTiming"],
        ["src/Cli"] = ["bench/StepTiming"],
    };

    [Fact]
    public void Projects_reference_only_what_the_map_allows()
    {
        foreach (var (folder, allowed) in Allowed)
        {
            var project = Directory.GetFiles(Path.Combine(Fixtures.Repository, folder), "*.csproj").Single();
            var references = XDocument.Load(project).Descendants("ProjectReference")
                .Select(r => Path.GetRelativePath(Fixtures.Repository, Path.GetDirectoryName(Path.GetFullPath(Path.Combine(Path.GetDirectoryName(project)!, r.Attribute("Include")!.Value)))!).Replace('\\', '/'));

            Assert.All(references, r => Assert.Contains(r, allowed));
        }
    }

    [Fact]
    public void Neither_method_mentions_the_other()
    {
        Assert.All(Sources("src/TextualInversion"), f => Assert.DoesNotContain("DreamBooth", File.ReadAllText(f), StringComparison.Ordinal));
        Assert.All(Sources("src/DreamBooth"), f => Assert.DoesNotContain("TextualInversion", File.ReadAllText(f), StringComparison.Ordinal));
    }

    // See BriefThreads: a pool thread that once ran a parallel operator slows every later one down for as long as the process lives.
    [Fact]
    public void No_tensors_are_made_on_the_pools_threads() =>
        Assert.All(Sources("src/Common"), f => Assert.DoesNotContain("Parallel.For", File.ReadAllText(f), StringComparison.Ordinal));

    [Fact]
    public void The_loop_knows_no_method() =>
        Assert.All(Sources("src/Common/Training"), f =>
        {
            var text = File.ReadAllText(f);
            Assert.DoesNotContain("DreamBooth", text, StringComparison.Ordinal);
            Assert.DoesNotContain("TextualInversion", text, StringComparison.Ordinal);
        });

    [Theory]
    [InlineData("Weights", "Text", "Clip", "Vae", "Unet", "Layers", "Data", "Training", "Pipelines")]
    [InlineData("Diffusion", "Text", "Clip", "Vae", "Unet", "Layers", "Data", "Training", "Pipelines")]
    [InlineData("Text", "Vae", "Unet", "Data", "Training", "Pipelines")]
    [InlineData("Vae", "Text", "Clip", "Unet", "Data", "Training", "Pipelines")]
    [InlineData("Unet", "Text", "Clip", "Vae", "Data", "Training", "Pipelines")]
    [InlineData("Pipelines", "Training")]
    public void Inside_the_shared_part_dependencies_run_one_way(string room, params string[] forbidden) =>
        Assert.All(Sources("src/Common/" + room), f =>
        {
            var text = File.ReadAllText(f);
            Assert.All(forbidden, other => Assert.DoesNotContain($"using Diptych.Common.{other};", text, StringComparison.Ordinal));
        });

    private static List<string> Sources(string folder)
    {
        var files = Directory.GetFiles(Path.Combine(Fixtures.Repository, folder), "*.cs", SearchOption.AllDirectories)
            .Where(f => !f.Contains("/obj/", StringComparison.Ordinal) && !f.Contains("/bin/", StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(files);
        return files;
    }
}
