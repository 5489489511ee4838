using Diptych.Common.Text;
using static TorchSharp.torch;

namespace Diptych.Tests.Common.Text;

public class PromptEmphasisTests
{
    [Fact]
    public void A_weight_moves_its_own_word_between_and_beyond_the_empty_prompt_and_no_other()
    {
        using var scope = NewDisposeScope();
        var (states, empty) = (randn(2, 4, 3), randn(1, 4, 3));

        var weighed = PromptEmphasis.Apply(states, tensor(new float[,] { { 1, 0, 0.5f, 2 }, { 1, 1, 1, 1 } }), empty);

        Assert.Equal(0, Close.MaxDifference(states[1], weighed[1]));
        Assert.Equal(0, Close.MaxDifference(states[0, 0], weighed[0, 0]));
        Close.Absolute(empty[0, 1], weighed[0, 1], 1e-6, "weight 0");
        Close.Absolute((states[0, 2] + empty[0, 2]) / 2, weighed[0, 2], 1e-6, "weight 0.5");
        Close.Absolute(2 * states[0, 3] - empty[0, 3], weighed[0, 3], 1e-6, "weight 2");
    }
}
