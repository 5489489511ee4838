using Diptych.Common.Cuda;
using TorchSharp;
using static TorchSharp.torch;

namespace Diptych.Tests.Common.Layers;

/// <summary>Counts what a forward pass leaves behind.</summary>
internal static class LiveTensors
{
    /// <summary>Asserts that <paramref name="work"/> leaves exactly the tensors it returns alive on this thread.</summary>
    public static void Only(Func<Tensor[]> work)
    {
        // What a backward before this one left on the thread is not this work's, nor what this one leaves for the next to free.
        HandedOver.LetGo();
        // Nothing may be counted that a scope of the test would have cleaned up: there is none here.
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        var results = work();
        HandedOver.LetGo();
        var alive = DisposeScopeManager.Statistics.ThreadTotalLiveCount - before;
        foreach (var result in results)
        {
            result.Dispose();
        }

        Assert.Equal(results.Length, alive);
    }
}
