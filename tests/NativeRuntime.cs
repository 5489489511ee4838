using System.Runtime.CompilerServices;
using Diptych.Common.Runtime;

namespace Diptych.Tests;

/// <summary>Loads libtorch before the first test, whichever it is: a test that touches TorchSharp first would let TorchSharp search on its own, and fail.</summary>
internal static class NativeRuntime
{
    [ModuleInitializer]
    internal static void Load() => TorchRuntime.Load();
}
