using System.Runtime.Intrinsics;

namespace Diptych.Common.Products;

/// <summary>Four registers; no more, so that the compiler keeps them there.</summary>
internal readonly struct Four(Vector512<float> a, Vector512<float> b, Vector512<float> c, Vector512<float> d)
{
    public readonly Vector512<float> A = a;
    public readonly Vector512<float> B = b;
    public readonly Vector512<float> C = c;
    public readonly Vector512<float> D = d;
}
