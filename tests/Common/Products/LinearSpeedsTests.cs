using Diptych.Common.Products;
using Diptych.Tests.Trajectories;

namespace Diptych.Tests.Common.Products;

public sealed class LinearSpeedsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_was_measured_once_is_what_every_later_process_goes_by()
    {
        var first = LinearSpeeds.Remembered([_folder.In("cache")], () => new LinearSpeeds(1.01, 1.29));

        Assert.Equal(new LinearSpeeds(1.01, 1.29), first);
        Assert.Equal(first, LinearSpeeds.Remembered([_folder.In("cache")], () => throw new InvalidOperationException("measured again")));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{\"many_rows\": 1.2")]
    [InlineData("{\"many_rows\": 1.2}")]
    [InlineData("{\"many_rows\": 0, \"few_rows\": 0}")]
    [InlineData("null")]
    public void A_damaged_file_is_measured_anew_and_written_again(string content)
    {
        LinearSpeeds.Remembered([_folder.In("cache")], () => new LinearSpeeds(1, 1));
        File.WriteAllText(Assert.Single(Directory.GetFiles(_folder.In("cache"))), content);

        Assert.Equal(new LinearSpeeds(3, 2), LinearSpeeds.Remembered([_folder.In("cache")], () => new LinearSpeeds(3, 2)));
        Assert.Equal(new LinearSpeeds(3, 2), LinearSpeeds.Remembered([_folder.In("cache")], () => new LinearSpeeds(5, 5)));
    }

    [Fact]
    public void Where_the_first_folder_cannot_be_written_the_next_is()
    {
        File.WriteAllText(_folder.In("in the way"), "");
        string[] folders = [_folder.In("in the way"), _folder.In("cache")];

        LinearSpeeds.Remembered(folders, () => new LinearSpeeds(3, 2));

        Assert.Equal(new LinearSpeeds(3, 2), LinearSpeeds.Remembered(folders, () => new LinearSpeeds(1, 1)));
        Assert.Equal(new LinearSpeeds(1, 1), LinearSpeeds.Remembered(folders[..1], () => new LinearSpeeds(1, 1)));
    }

    [Fact]
    public void Of_two_processes_that_measure_at_once_the_first_to_write_is_right()
    {
        var slow = LinearSpeeds.Remembered([_folder.In("cache")], () =>
        {
            LinearSpeeds.Remembered([_folder.In("cache")], () => new LinearSpeeds(3, 2));
            return new LinearSpeeds(1, 1);
        });

        Assert.Equal(new LinearSpeeds(3, 2), slow);
    }

    [Fact]
    public void This_machines_are_measured_as_numbers()
    {
        Assert.SkipUnless(OwnProducts.AreSupported, "this processor has no AVX-512");

        Assert.InRange(LinearSpeeds.Here.ManyRows, 0.1, 20);
        Assert.InRange(LinearSpeeds.Here.FewRows, 0.1, 20);
    }
}
