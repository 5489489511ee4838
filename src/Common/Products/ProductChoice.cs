namespace Diptych.Common.Products;

/// <summary>When fp32 products run in kernels of ours, on a processor that has AVX-512.</summary>
public enum ProductChoice
{
    /// <summary>Where they are clearly faster than libtorch's: convolutions by their sizes, linear layers by a measurement.</summary>
    WhereFaster,

    /// <summary>Always, to test them.</summary>
    Always,

    /// <summary>Never, for a baseline that is to be libtorch's alone.</summary>
    Never,
}
