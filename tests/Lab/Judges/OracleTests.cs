using Diptych.Common;
using Diptych.Common.Weights;
using Diptych.Lab.Judges;
using TorchSharp;
using static TorchSharp.torch;

namespace Diptych.Tests.Lab.Judges;

public sealed class OracleTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("diptych-oracle").FullName;

    [Fact]
    public void Every_output_on_the_committed_pictures_equals_the_record() =>
        AgreesWith(LabFiles.Model.Oracle, LabFiles.Renders(), Fixtures.Golden("lab", "judges.safetensors"));

    [Fact]
    public void Every_output_on_the_shared_pictures_equals_the_reference()
    {
        var goldens = Fixtures.Require("lab", "goldens", "judges.safetensors");
        AgreesWith(Fixtures.Require("lab", "judges", "oracle"), LabFiles.Pictures(goldens), goldens);
    }

    [Fact]
    public void More_pictures_than_a_batch_are_read_in_their_order()
    {
        using var oracle = Oracle.Load(LabFiles.Model.Oracle);
        using var pictures = LabFiles.Renders();
        using var many = pictures.repeat(5, 1, 1, 1);

        var once = oracle.Read(pictures);
        var reading = oracle.Read(many);

        Assert.Equal(5 * once.Count, reading.Count);
        for (var picture = 0; picture < reading.Count; picture++)
        {
            Assert.Equal(once.Value(OracleHeads.Scene, picture % once.Count), reading.Value(OracleHeads.Scene, picture));
        }
    }

    [Fact]
    public void Pictures_of_twice_the_size_read_the_same()
    {
        using var oracle = Oracle.Load(LabFiles.Model.Oracle);
        using var pictures = LabFiles.Renders();
        using var large = pictures.repeat_interleave(2, 2).repeat_interleave(2, 3);

        var expected = oracle.Read(pictures);
        var reading = oracle.Read(large);

        Assert.Equal(expected.Output(OracleHeads.BodyRgb, 3), reading.Output(OracleHeads.BodyRgb, 3), (a, b) => Math.Abs(a - b) < 1e-5);
    }

    [Fact]
    public void Reading_leaves_no_tensor_behind()
    {
        using var oracle = Oracle.Load(LabFiles.Model.Oracle);
        using var pictures = LabFiles.Renders();
        oracle.Read(pictures);
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;

        oracle.Read(pictures);

        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [Fact]
    public void A_config_without_a_needed_head_is_refused_by_name()
    {
        var config = File.ReadAllText(Path.Combine(LabFiles.Model.Oracle, "config.json")).Replace("\"scene\"", "\"scenery\"", StringComparison.Ordinal);
        File.WriteAllText(Path.Combine(_folder, "config.json"), config);

        var error = Assert.Throws<DiptychException>(() => Oracle.Load(_folder));

        Assert.Contains("config.json", error.Message, StringComparison.Ordinal);
        Assert.Contains("scene", error.Message, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static void AgreesWith(string judge, Tensor pictures, string goldenFile)
    {
        using var scope = NewDisposeScope();
        using var oracle = Oracle.Load(judge);
        using var goldens = SafetensorsFile.Open(goldenFile);
        var reading = oracle.Read(pictures);
        var names = goldens.Entries.Keys.Where(name => name.StartsWith("oracle.", StringComparison.Ordinal)).ToList();

        Assert.Equal(reading.Heads.Select(head => "oracle." + head).Order(), names.Order());
        foreach (var name in names)
        {
            var head = name["oracle.".Length..];
            var rows = Enumerable.Range(0, reading.Count).SelectMany(picture => reading.Output(head, picture)).ToArray();
            var expected = goldens.Read(name);
            Close.OfLargest(expected, tensor(rows).reshape(expected.shape), 1e-4, name);
        }
    }
}
