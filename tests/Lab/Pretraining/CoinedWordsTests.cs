using Diptych.Common.Runtime;
using Diptych.Common.Text;
using Diptych.Lab.Pretraining;
using Diptych.Lab.World;
using static TorchSharp.torch;

namespace Diptych.Tests.Lab.Pretraining;

public sealed class CoinedWordsTests
{
    private const int Width = 6;

    [Fact]
    public void An_appearance_says_paints_and_what_is_worn()
    {
        var bare = Individuals.Loaded.In(WorldSampler.Place(new RandomStream(1, RandomPurpose.World))) with
        {
            Body = new Rgb(255, 0, 127.5), Patch = null, Accessory = "hat", AccessoryPaint = new Rgb(0, 0, 255), Pattern = "striped", Proportions = [.5, -.5, 0],
        };

        var numbers = Appearance.Of(bare);

        Assert.Equal(Appearance.Length, numbers.Count);
        Assert.Equal([1, -1, 0], numbers.Take(3));
        Assert.Equal([-1, 0, 0, 0], numbers.Skip(6).Take(4));
        Assert.Equal([1, -1, -1, -1, 1], numbers.Skip(10).Take(5));
        Assert.Equal([-1, 1, .5f, -.5f, 0], numbers.Skip(15));
    }

    [Fact]
    public void A_word_moves_the_row_in_its_place_and_no_other()
    {
        using var scope = NewDisposeScope();
        random.manual_seed(2);
        using var words = new CoinedWords(Width);
        var (rows, places) = (randn(3, 5, Width), zeros(3, 5));
        (places[0, 2], places[1, 4]) = (1, 1);
        var (said, noise) = (randn(3, Appearance.Length), zeros(3, Width));

        var moved = (words.Place(rows, places, said, noise) - rows).abs().sum(2);

        Assert.Equal(places.data<float>().ToArray(), moved.gt(0).to_type(ScalarType.Float32).data<float>().ToArray());
    }

    [Fact]
    public void A_word_that_says_nothing_is_the_word_whose_place_it_takes()
    {
        using var scope = NewDisposeScope();
        using var words = new CoinedWords(Width);
        var rows = randn(1, 2, Width);

        Assert.Equal(rows.data<float>().ToArray(), words.Place(rows, ones(1, 2), zeros(1, Appearance.Length), zeros(1, Width)).data<float>().ToArray());
    }

    [Fact]
    public void Groups_of_numbers_are_left_out_together()
    {
        using var scope = NewDisposeScope();
        using var words = new CoinedWords(Width);
        random.manual_seed(4);

        var said = words.Say(ones(2000, Appearance.Length));

        foreach (var group in Enumerable.Range(0, Appearance.GroupCount))
        {
            var columns = said.index_select(1, tensor([.. Appearance.Groups.Index().Where(g => g.Item == group).Select(g => (long)g.Index)]));
            Assert.True(columns.amax(1).eq(columns.amin(1)).all().item<bool>());
            // .85 of the nine tenths that say anything.
            Assert.InRange(columns.mean().item<float>(), .72f, .81f);
        }

        Assert.InRange(said.amax(1).eq(0).to_type(ScalarType.Float32).mean().item<float>(), .07f, .13f);
    }

    [Fact]
    public void The_rows_learn()
    {
        using var scope = NewDisposeScope();
        using var words = new CoinedWords(Width);
        words.Place(randn(1, 2, Width), ones(1, 2), ones(1, Appearance.Length), zeros(1, Width)).square().sum().backward();
        Assert.All(words.parameters(), parameter => Assert.True(parameter.grad!.abs().min().item<float>() > 0));
    }

    [Fact]
    public void Captions_know_where_their_coined_word_is()
    {
        using var scope = NewDisposeScope();
        var tokenizer = ClipTokenizer.Load(LabFiles.Model.Tokenizer);
        PictureAttributes[] pictures = [.. Enumerable.Range(0, 400).Select(i => WorldSampler.Training(new RandomStream(5, RandomPurpose.World, 1, i)))];
        using var captions = new CoinedCaptions(pictures, tokenizer, 3, CPU);

        random.manual_seed(6);
        var drawn = captions.Draw(arange(400, dtype: ScalarType.Int64));

        var allowed = LabWords.Classes.Concat(WorldVocabulary.Reserved).Select(word => (long)tokenizer.Encode(word)[1]).ToHashSet();
        Assert.All(drawn.Places.sum(1).data<float>().ToArray(), ones => Assert.Equal(1, ones));
        Assert.All(drawn.Ids.masked_select(drawn.Places.gt(0)).data<long>().ToArray(), id => Assert.Contains(id, allowed));
        // A word of three tokens stands before some of them.
        var closeUp = tokenizer.Encode("close-up");
        Assert.Equal(5, closeUp.Count);
        Assert.InRange(drawn.Ids.eq(closeUp[2]).any(1).sum().item<long>(), 5, 100);
        Assert.Equal(Appearance.Of(pictures[7]), drawn.Appearances[7].data<float>().ToArray());
    }
}
