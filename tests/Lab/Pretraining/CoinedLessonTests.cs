using Diptych.Common;
using Diptych.Common.Runtime;
using Diptych.Common.Text;
using Diptych.Lab.Pretraining;
using Diptych.Lab.World;
using Diptych.Tests.Cli;
using static TorchSharp.torch;

namespace Diptych.Tests.Lab.Pretraining;

public sealed class CoinedLessonTests
{
    private const int Count = 10;
    private const int Width = 6;

    private static ClipTokenizer Tokenizer { get; } = ClipTokenizer.Load(LabFiles.Model.Tokenizer);

    [Fact]
    public void Three_captions_in_ten_hold_a_coined_word_and_the_others_stay()
    {
        using var scope = NewDisposeScope();
        using var captions = Captions();
        using var lesson = new CoinedLesson(captions, Width);
        var (ids, rows) = (full(Count, Tokenizer.MaxLength, 7L), arange(Count, dtype: ScalarType.Int64));

        var prompts = lesson.Mix(ids, rows);

        Assert.Equal([3, Tokenizer.MaxLength], prompts.Places.shape);
        Assert.Equal(ids.narrow(0, 3, 7), prompts.Ids.narrow(0, 3, 7));
        Assert.All(prompts.Ids.narrow(0, 0, 3).ne(7).any(1).data<bool>().ToArray(), Assert.True);
        var tokens = randn(Count, Tokenizer.MaxLength, Width);
        var moved = lesson.Place(tokens, prompts).ne(tokens).any(2);
        Assert.Equal(prompts.Places.gt(0), moved.narrow(0, 0, 3));
        Assert.False(moved.narrow(0, 3, 7).any().item<bool>());
    }

    [Fact]
    public void Rows_before_the_word_and_behind_the_end_have_nothing_to_tell()
    {
        using var scope = NewDisposeScope();
        using var captions = Captions();
        using var lesson = new CoinedLesson(captions, Width);
        CoinedLesson.Prompts prompts = new(zeros(2, 5, dtype: ScalarType.Int64), zeros(1, 5), randn(1, Appearance.Length));
        prompts.Places[0, 2] = 1;
        var states = randn(2, 5, Width, requires_grad: true);

        lesson.Loss(states, prompts, tensor(new float[] { 1, 1, 1, 1, 0, 1, 1, 1, 1, 1 }).reshape(2, 5)).backward();

        Assert.Equal([false, false, true, true, false, false, false, false, false, false], states.grad!.ne(0).any(2).flatten().data<bool>().ToArray());
    }

    [Fact]
    public void Words_are_read_back_as_they_were_written()
    {
        using var scope = NewDisposeScope();
        using var folder = new ScratchFolder();
        using var words = new CoinedWords(Width);
        words.Write(folder["words.safetensors"]);
        using var read = CoinedWords.Load(folder["words.safetensors"], Width);
        var (rows, said) = (zeros(1, 1, Width), randn(1, Appearance.Length));

        Assert.Equal(words.Place(rows, ones(1, 1), said, zeros(1, Width)), read.Place(rows, ones(1, 1), said, zeros(1, Width)));
        Assert.All(read.parameters(), parameter => Assert.False(parameter.requires_grad));
    }

    [Fact]
    public void A_text_encoder_from_before_there_were_coined_words_is_to_be_trained_again()
    {
        using var folder = new ScratchFolder();
        var error = Assert.Throws<DiptychException>(() => (object)CoinedWords.Load(folder["words.safetensors"], Width));
        Assert.Contains(folder["words.safetensors"], error.Message, StringComparison.Ordinal);
        Assert.Contains("text-encoder.json", error.Message, StringComparison.Ordinal);
    }

    private static CoinedCaptions Captions() =>
        new([.. Enumerable.Range(0, Count).Select(i => WorldSampler.Training(new RandomStream(5, RandomPurpose.World, 1, i)))], Tokenizer, 3, CPU);
}
