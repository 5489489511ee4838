using Diptych.Common.Runtime;

namespace Diptych.Tests.Common.Runtime;

public sealed unsafe class ScratchTests
{
    [Fact]
    public void Room_begins_with_a_line_and_takings_within_each_other_lie_apart()
    {
        OnAThread(() =>
        {
            using var outer = Scratch.Take(5);
            using var inner = Scratch.Take(40);
            Assert.Equal(0, (nint)outer.First % 64);
            Assert.Equal(0, (nint)inner.First % 64);
            new Span<float>(outer.First, 5).Fill(1);
            new Span<float>(inner.First, 40).Fill(2);
            Assert.All(new Span<float>(outer.First, 5).ToArray(), number => Assert.Equal(1, number));
            Assert.All(new Span<float>(inner.First, 40).ToArray(), number => Assert.Equal(2, number));
        });
    }

    [Fact]
    public void A_thread_gets_the_same_room_again_once_it_has_taken_as_much()
    {
        OnAThread(() =>
        {
            Both();
            var once = Both();
            Assert.Equal(once, Both());
            // Behind each other in one piece.
            Assert.Equal(once[0] + (1024 * sizeof(float)), once[1]);
        });

        static nint[] Both()
        {
            using var outer = Scratch.Take(1024);
            using var inner = Scratch.Take(4096);
            return [(nint)outer.First, (nint)inner.First];
        }
    }

    [Fact]
    public void Threads_have_rooms_of_their_own()
    {
        using var here = Scratch.Take(64);
        var own = (nint)here.First;
        OnAThread(() =>
        {
            using var there = Scratch.Take(64);
            Assert.NotEqual(own, (nint)there.First);
        });
    }

    [Fact]
    public void Nothing_may_be_taken()
    {
        using var nothing = Scratch.Take(0);
        using var something = Scratch.Take(16);
        *something.First = 1;
        Assert.Equal(1, *something.First);
    }

    // One that has taken nothing yet.
    private static void OnAThread(Action test)
    {
        Exception? failure = null;
        var thread = new Thread(() => failure = Record.Exception(test));
        thread.Start();
        thread.Join();
        Assert.Null(failure);
    }
}
