using Diptych.Common.Weights;
using static TorchSharp.torch;

namespace Diptych.Common.SingleFile;

/// <summary>One network of a single-file checkpoint under diffusers' names; tensors are converted as they are read.</summary>
internal sealed class ConvertedWeights : IWeightSource, IMappedWeights
{
    private readonly IWeightSource _checkpoint;
    private readonly IReadOnlyDictionary<string, TensorRecipe> _recipes;

    /// <summary>Takes over an opened checkpoint.</summary>
    public ConvertedWeights(IWeightSource checkpoint, IReadOnlyDictionary<string, TensorRecipe> recipes)
    {
        _checkpoint = checkpoint;
        _recipes = recipes;
        Entries = recipes.ToDictionary(r => r.Key, r => Renamed(checkpoint.Entries[r.Value.Source], r.Key, r.Value), StringComparer.Ordinal);
    }

    /// <inheritdoc/>
    public string Path => _checkpoint.Path;

    /// <inheritdoc/>
    public IReadOnlyList<string> Files => _checkpoint.Files;

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, WeightEntry> Entries { get; }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, string> Metadata => _checkpoint.Metadata;

    /// <inheritdoc/>
    public void ReadInto(string name, Tensor target, long first = 0)
    {
        ArgumentNullException.ThrowIfNull(target);
        WeightSources.CheckRange(this.Entry(name), target, first);
        var recipe = _recipes[name];
        if (!recipe.Transposed)
        {
            _checkpoint.ReadInto(recipe.Source, target, recipe.First + first);
            return;
        }

        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        var turned = _checkpoint.Read(recipe.Source).t().contiguous().view(-1);
        target.copy_(turned.narrow(0, first, target.NumberOfElements).view(target.shape));
    }

    /// <inheritdoc/>
    public Tensor? Map(string name, ScalarType dtype, long[] shape, long first = 0) =>
        _recipes[name] is { Transposed: false } recipe ? (_checkpoint as IMappedWeights)?.Map(recipe.Source, dtype, shape, recipe.First + first) : null;

    /// <inheritdoc/>
    public void Dispose() => _checkpoint.Dispose();

    private static WeightEntry Renamed(WeightEntry entry, string name, TensorRecipe recipe) => new(name, entry.FileDtype, entry.Dtype, recipe.Shape);
}
