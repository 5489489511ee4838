using TorchSharp;

namespace Diptych.Common.Runtime;

/// <summary>
/// Numbers handed to libtorch again and again. TorchSharp makes an object of every number and lets go of it once it has its address, so that a collection at
/// that moment, which another thread may cause, frees the number while the operator still reads it ("Expected false to be true" from Scalar.h, once in some
/// hours of training). These live as long as the program.
/// </summary>
internal static class SharedScalar
{
    public static Scalar One { get; } = 1;
}
