using Diptych.Common.Data;
using Diptych.Common.Runtime;

namespace Diptych.Tests.Common.Data;

public class SeededOrderTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(100)]
    public void Every_epoch_shows_every_picture_once(int count)
    {
        var order = new SeededOrder(11, count);
        for (var epoch = 0; epoch < 3; epoch++)
        {
            Assert.Equal(Enumerable.Range(0, count), Enumerable.Range(0, count).Select(i => order.At(epoch, i)).Order());
        }
    }

    [Fact]
    public void A_resumed_run_goes_on_with_the_same_pictures()
    {
        var whole = new SeededOrder(3, 6);
        var expected = Enumerable.Range(0, 40).Select(i => whole.At(i)).ToList();
        var resumed = new SeededOrder(3, 6);
        Assert.Equal(expected.Skip(17), Enumerable.Range(17, 23).Select(i => resumed.At(i)));
        Assert.Equal(expected[2], resumed.At(2)); // and back again
    }

    [Fact]
    public void Seeds_epochs_and_purposes_shuffle_differently()
    {
        static List<int> Epoch(SeededOrder order, long epoch) => [.. Enumerable.Range(0, 50).Select(i => order.At(epoch, i))];
        var orders = new[]
        {
            Epoch(new SeededOrder(1, 50), 0), Epoch(new SeededOrder(2, 50), 0), Epoch(new SeededOrder(1, 50), 1),
            Epoch(new SeededOrder(1, 50, RandomPurpose.ClassOrder), 0), [.. Enumerable.Range(0, 50)],
        };
        Assert.Equal(orders.Length, orders.Select(o => string.Join(' ', o)).Distinct().Count());
    }

    [Fact]
    public void Every_picture_is_as_likely_at_every_position()
    {
        var order = new SeededOrder(5, 4);
        var first = Enumerable.Range(0, 4000).GroupBy(epoch => order.At(epoch, 0)).Select(g => g.Count());
        Assert.All(first, n => Assert.InRange(n, 850, 1150)); // 1000 with a standard deviation of 27
    }
}
