using static TorchSharp.torch;

namespace Diptych.Tests;

/// <summary>Comparisons of tensors that say by how much they fail.</summary>
internal static class Close
{
    /// <summary>Largest absolute difference between two tensors of one shape.</summary>
    public static double MaxDifference(Tensor expected, Tensor actual)
    {
        Assert.Equal(expected.shape, actual.shape);
        using var scope = NewDisposeScope();
        return (expected.to_type(ScalarType.Float64) - actual.detach().to_type(ScalarType.Float64)).abs().max().item<double>();
    }

    /// <summary>Asserts that no element differs by more than <paramref name="tolerance"/>.</summary>
    public static void Absolute(Tensor expected, Tensor actual, double tolerance, string what = "")
    {
        var difference = MaxDifference(expected, actual);
        Assert.True(difference <= tolerance, $"{what}: largest difference {difference:g3} exceeds {tolerance:g3}");
    }

    /// <summary>Asserts that no element differs by more than <paramref name="fraction"/> of the expected tensor's largest magnitude.</summary>
    public static void OfLargest(Tensor expected, Tensor actual, double fraction, string what = "")
    {
        using var scope = NewDisposeScope();
        Absolute(expected, actual, fraction * expected.to_type(ScalarType.Float64).abs().max().item<double>(), what);
    }
}
